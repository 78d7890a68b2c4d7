"""Why a trainer cannot have a knob at a value, a sentence each; None where it can."""

from __future__ import annotations

from typing import Any, Callable, Optional

from . import temperature

Refusal = Callable[[Any, float], Optional[str]]

CLIPPED = ("grpo", "bnpo", "dr_grpo", "dapo", "luspo")
"""Loss types that clip the ratio on both sides."""


def within(least: float, most: float = float("inf"), above: bool = False) -> Refusal:
    """`above`: the least itself is too little."""

    def why(trainer: Any, value: float) -> Optional[str]:
        if least < value <= most or (value == least and not above):
            return None
        upper = f" and at most {most:g}" if most < float("inf") else ""
        return f"It must be {'above' if above else 'at least'} {least:g}{upper}, not {value:g}."

    return why


def first_of(*refusals: Refusal) -> Refusal:
    return lambda trainer, value: next((why for one in refusals if (why := one(trainer, value))), None)


def never(trainer: Any, value: float) -> Optional[str]:
    return None


def sampler(name: str) -> Refusal:
    """Where the sampler does not follow; `name` is vLLM's."""

    def why(trainer: Any, value: float) -> Optional[str]:
        if getattr(trainer, "rollout_func", None) is not None:
            return "This trainer samples by a rollout_func of its own, which decides by itself."
        if getattr(trainer, "use_vllm", False):
            if not hasattr(trainer, "vllm_generation"):
                return "This version of TRL fixes vLLM's sampling parameters when the trainer is made."
            if name in (trainer.args.generation_kwargs or {}):
                return f"generation_kwargs fixes {name} for vLLM."
        elif not hasattr(trainer, "generation_config"):
            return "This version of TRL has no configuration of generation that can be changed."
        return None

    return why


def fused(trainer: Any, value: float) -> Optional[str]:
    """Earlier versions of TRL have a loss of the Liger kernel."""
    if getattr(trainer, "liger_grpo_loss", None) is not None:
        return "The Liger kernel's loss fixes it when the trainer is made."
    return None


def clips(trainer: Any, value: float) -> Optional[str]:
    if trainer.loss_type in CLIPPED:
        return None
    return f"The loss type {trainer.loss_type} does not clip the ratio on both sides."


def temperature_of_loss(trainer: Any, value: float) -> Optional[str]:
    if not temperature.can_turn(trainer):
        return "This version of TRL fixes the temperature of the loss where this client does not reach it."
    return None


def reference(trainer: Any, value: float) -> Optional[str]:
    adapter = hasattr(trainer.accelerator.unwrap_model(trainer.model), "peft_config")
    if value > 0 and trainer.ref_model is None and not adapter:
        return "The trainer was made with beta = 0 and so without a reference model: start it with a beta above 0."
    return None


def context(trainer: Any, value: float) -> Optional[str]:
    window = getattr(trainer.model.config, "max_position_embeddings", None)
    if window and value >= window:
        return f"The model's context has {window} tokens, prompt included: {value:g} do not fit."
    longest = getattr(trainer.args, "vllm_max_model_length", None)
    if getattr(trainer, "use_vllm", False) and longest and value >= longest:
        return f"vLLM was started for {longest} tokens, prompt included: {value:g} do not fit."
    return None


def entropy(trainer: Any, value: float) -> Optional[str]:
    if getattr(trainer, "use_adaptive_entropy", False):
        return "use_adaptive_entropy turns it by itself."
    return None if hasattr(trainer, "entropy_coef") else "This version of TRL has no entropy bonus."


def synchronised(trainer: Any, value: float) -> Optional[str]:
    if getattr(trainer.args, "sync_ref_model", False):
        return None
    return "The trainer was made without sync_ref_model: its reference model stays as it was."
