"""What of a GRPOTrainer may be turned while it trains: how each is read and set, from when it holds, and why it is refused where it is."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional

from . import learning_rate, refusals, temperature
from .refusals import Refusal, first_of, within


class Knob(NamedTuple):
    read: Callable[[Any], Optional[float]]
    write: Callable[[Any, float], None]
    refusal: Refusal
    rollout: bool = False
    """It holds from the next time that texts are sampled; others from the next step."""


def _attribute(name: str) -> Callable[[Any], Optional[float]]:
    return lambda trainer: float(getattr(trainer, name) or 0)


def _argument(name: str) -> Callable[[Any], Optional[float]]:
    return lambda trainer: float(getattr(trainer.args, name) or 0)


def _set(name: str, off: bool = False) -> Callable[[Any, float], None]:
    """`off`: TRL says None for what is 0 here."""
    return lambda trainer, value: setattr(trainer, name, None if off and value == 0 else value)


def _set_argument(name: str, off: bool = False) -> Callable[[Any, float], None]:
    return lambda trainer, value: setattr(trainer.args, name, None if off and value == 0 else value)


def set_sampling(trl: str, generation: str, kind: Callable[[float], Any] = float) -> Callable[[Any, float], None]:
    """Either generator: transformers' configuration (and what TRL lays over it), or vLLM's parameters, read at every call."""

    def write(trainer: Any, value: float) -> None:
        given = kind(value)
        if getattr(trainer, "use_vllm", False):
            setattr(trainer.vllm_generation, trl, given)
        else:
            setattr(trainer.generation_config, generation, given)
            trainer.generation_kwargs[generation] = given
        setattr(trainer, trl, given)

    return write


def _set_temperature(trainer: Any, value: float) -> None:
    set_sampling("temperature", "temperature")(trainer, value)
    temperature.turn(trainer, value)


def _set_entropy(trainer: Any, value: float) -> None:
    trainer.entropy_coef = value
    trainer._entropy_bonus_enabled = value != 0


NEVER = 10**9
"""Steps between refreshes of the reference that never come."""

KNOBS: Dict[str, Knob] = {
    "temperature": Knob(
        _attribute("temperature"),
        _set_temperature,
        first_of(within(0, above=True), refusals.sampler("temperature"), refusals.fused, refusals.temperature_of_loss),
        rollout=True,
    ),
    "topP": Knob(
        _attribute("top_p"),
        set_sampling("top_p", "top_p"),
        first_of(within(0, 1, above=True), refusals.sampler("top_p")),
        rollout=True,
    ),
    "topK": Knob(
        _attribute("top_k"),
        set_sampling("top_k", "top_k", int),
        first_of(within(0), refusals.sampler("top_k")),
        rollout=True,
    ),
    "minP": Knob(
        _attribute("min_p"),
        set_sampling("min_p", "min_p", lambda value: value or None),
        first_of(within(0, 1), refusals.sampler("min_p")),
        rollout=True,
    ),
    "repetitionPenalty": Knob(
        _attribute("repetition_penalty"),
        set_sampling("repetition_penalty", "repetition_penalty"),
        first_of(within(0, above=True), refusals.sampler("repetition_penalty")),
        rollout=True,
    ),
    "maxCompletionTokens": Knob(
        _attribute("max_completion_length"),
        set_sampling("max_completion_length", "max_new_tokens", int),
        first_of(within(1), refusals.sampler("max_tokens"), refusals.context),
        rollout=True,
    ),
    "beta": Knob(
        _attribute("beta"), _set("beta"), first_of(within(0), refusals.fused, refusals.reference), rollout=True
    ),
    "learningRate": Knob(learning_rate.read, learning_rate.write, learning_rate.refusal),
    "epsilonLow": Knob(
        _attribute("epsilon_low"), _set("epsilon_low"), first_of(within(0, 1), refusals.fused, refusals.clips)
    ),
    "epsilonHigh": Knob(
        _attribute("epsilon_high"), _set("epsilon_high"), first_of(within(0), refusals.fused, refusals.clips)
    ),
    "delta": Knob(
        _argument("delta"), _set_argument("delta", off=True), first_of(within(0), refusals.fused, refusals.clips)
    ),
    "entropyCoefficient": Knob(_attribute("entropy_coef"), _set_entropy, first_of(refusals.fused, refusals.entropy)),
    "offPolicyThreshold": Knob(
        _attribute("off_policy_mask_threshold"),
        _set("off_policy_mask_threshold", off=True),
        first_of(within(0), refusals.fused),
    ),
    "refreshReferenceEvery": Knob(
        lambda trainer: float(trainer.args.ref_model_sync_steps % NEVER),
        lambda trainer, value: setattr(trainer.args, "ref_model_sync_steps", int(value) or NEVER),
        first_of(within(0, NEVER - 1), refusals.synchronised),
    ),
    "referenceMixture": Knob(
        _argument("ref_model_mixup_alpha"),
        _set_argument("ref_model_mixup_alpha"),
        first_of(within(0, 1), refusals.synchronised),
    ),
}

FIXED: Dict[str, str] = {
    "groupSize": "TRL's sampler of prompts fixes num_generations when training starts.",
    "promptsPerStep": "TRL's sampler of prompts fixes the batch size when training starts.",
    "dynamicSampling": "TRL's GRPOTrainer samples the groups of a step once, with or without signal.",
    "gaeLambda": "GRPO has no critic.",
    "gaeGamma": "GRPO has no critic.",
    "criticLearningRate": "GRPO has no critic.",
}
"""Knobs of the app that no GRPOTrainer turns, and why."""


def _weight(at: int) -> Knob:
    def write(trainer: Any, value: float) -> None:
        trainer.reward_weights[at] = value

    return Knob(lambda trainer: float(trainer.reward_weights[at]), write, refusals.never, rollout=True)


def all_knobs(trainer: Any) -> Dict[str, Knob]:
    """With the weight of each reward function, by its name; of several of one name, the first."""
    names: List[str] = list(trainer.reward_func_names)
    weights = {f"rewardWeights.{name}": _weight(at) for at, name in enumerate(names) if names.index(name) == at}
    return {**KNOBS, **weights}


def values(trainer: Any) -> Dict[str, float]:
    """Of every knob that this trainer has."""
    told = {}
    for name, knob in all_knobs(trainer).items():
        try:
            value = knob.read(trainer)
        except (AttributeError, TypeError):
            continue
        if value is not None:
            told[name] = value
    return told
