"""The recipe as verl's Hydra configuration: paths with their values, laid over verl's own defaults. Of verl 0.9.1."""

from __future__ import annotations

import json
from typing import Any, Dict, List

from ..verl import NAME
from .mapping import arguments
from .order import Order
from .problems import shared_evenly

OFF = 1e9
"""A bound that nothing reaches, where verl has no way to leave it out."""
AS_IT_STANDS = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
"""Chat template: prompts are written out already."""


def configuration(order: Order, files: Dict[str, str], longest: int) -> Dict[str, Any]:
    """
    `files`: paths of train, held_out and model, as all nodes see them. `longest`: tokens of the longest prompt.

    Raises `ValueError` for what the app refuses before submission.
    """
    if len(order.parts) != 1 or order.parts[0].kind != "grpo":
        raise ValueError("verl trains one GRPO stage without milestones in a run.")
    settings, told = order.parts[0].settings, order.told
    prompts, limit = int(settings["promptsPerStep"]), int(settings["maxCompletionTokens"])
    actor, rollout = "actor_rollout_ref.actor", "actor_rollout_ref.rollout"
    form = told["evaluation"]
    return {
        **arguments("verl", settings),
        # what the table leaves to the driver
        f"{actor}.kl_loss_coef": settings["beta"],
        f"{actor}.use_kl_loss": settings["beta"] > 0,
        f"{actor}.clip_ratio_c": settings["delta"] or OFF,
        f"{rollout}.top_k": int(settings["topK"]) or -1,
        f"{actor}.ppo_mini_batch_size": shared_evenly(
            "prompts of a step", prompts, int(settings["miniBatches"]), "mini-batches"
        ),
        f"{actor}.use_dynamic_bsz": True,
        f"{actor}.ppo_max_token_len_per_gpu": max(int(settings["microBatchTokens"]), longest + limit),
        f"{actor}.optim.lr_warmup_steps": int(settings["warmupSteps"]),
        f"{actor}.optim.zero_indexed_step": False,
        f"{actor}.optim.betas": [settings["adamBeta1"], settings["adamBeta2"]],
        # the run
        "data.train_files": files["train"],
        "data.val_files": files["held_out"],
        "data.seed": order.seed,
        "data.max_prompt_length": longest,
        "actor_rollout_ref.model.path": files["model"],
        "actor_rollout_ref.model.custom_chat_template": AS_IT_STANDS,
        "actor_rollout_ref.model.enable_gradient_checkpointing": bool(told["gradientCheckpointing"]),
        **_lora(told["lora"]),
        f"{rollout}.name": "vllm",
        f"{rollout}.tensor_model_parallel_size": 1,
        f"{rollout}.val_kwargs.n": int(form["samples"]),
        f"{rollout}.val_kwargs.temperature": form["temperature"],
        f"{rollout}.val_kwargs.top_p": form["topP"],
        f"{rollout}.val_kwargs.do_sample": form["temperature"] > 0,
        "reward.reward_manager.source": "importlib",
        "reward.reward_manager.name": "RulesManager",
        "reward.reward_manager.module.path": "pkg://grpo_studio.ray.verl_rewards",
        "trainer.nnodes": int(order.workers["count"]),
        "trainer.n_gpus_per_node": max(1, int(order.workers["gpus"])),
        "trainer.total_epochs": order.steps,
        "trainer.total_training_steps": order.steps,
        "trainer.test_freq": int(told["evalEvery"]) or -1,
        "trainer.save_freq": int(told["checkpointEvery"]),
        "trainer.project_name": "grpo-studio",
        "trainer.experiment_name": order.key,
        "trainer.default_local_dir": str(order.storage),
        "trainer.rollout_data_dir": str(order.storage / "rollouts"),
        "trainer.logger": ["console", NAME],
    }


def _lora(lora: Any) -> Dict[str, Any]:
    if not lora:
        return {}
    model = "actor_rollout_ref.model"
    return {
        f"{model}.lora_rank": int(lora["rank"]),
        f"{model}.lora_alpha": lora["alpha"],
        f"{model}.target_modules": list(lora["targets"]),
    }


def overrides(configuration: Dict[str, Any]) -> List[str]:
    """As Hydra reads them from a command line."""
    return [f"{name}={_value(value)}" for name, value in configuration.items()]


def _value(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return json.dumps(value)
