"""Metrics of other trainers that mean what a metric of the app means, by its name; all others keep their own."""

from __future__ import annotations

from typing import Any, Dict, Mapping

TRL = {
    "sampling/sampling_logp_difference/mean": "sampling/logp_difference/mean",
    "sampling/sampling_logp_difference/max": "sampling/logp_difference/max",
}

VERL = {
    "critic/score/mean": "reward",
    "response_length/mean": "completions/mean_length",
    "response_length/max": "completions/max_length",
    "response_length/clip_ratio": "completions/clipped_ratio",
    "actor/entropy": "entropy",
    "actor/kl_loss": "kl",
    "actor/pg_clipfrac": "clip_ratio/region_mean",
    "actor/grad_norm": "grad_norm",
    "actor/lr": "learning_rate",
    "timing_s/gen": "seconds/rollout",
    "timing_s/update_actor": "seconds/update",
    "timing_s/update_critic": "seconds/critic",
    "timing_s/step": "seconds/step",
}

OPENRLHF = {
    "rollout/reward_mean": "reward",
    "group_reward_std": "reward_std",
    "rollout/response_length_mean": "completions/mean_length",
    "rollout/truncated_rate": "completions/clipped_ratio",
    "ppo_clip_ratio": "clip_ratio/region_mean",
    "actor_grad_norm": "grad_norm",
    "actor_lr": "learning_rate",
    "timing/generation": "seconds/rollout",
    "timing/ppo_train": "seconds/update",
    "timing/step_total": "seconds/step",
}


def ours(metrics: Mapping[str, Any], names: Mapping[str, str]) -> Dict[str, Any]:
    """Numbers alone, under our names where there is one."""
    return {
        names.get(name, name): _number(value) for name, value in metrics.items() if value is None or _is_number(value)
    }


def _is_number(value: Any) -> bool:
    return not isinstance(value, (bool, str, bytes)) and (isinstance(value, (int, float)) or hasattr(value, "item"))


def _number(value: Any) -> Any:
    if value is None or isinstance(value, (int, float)):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
