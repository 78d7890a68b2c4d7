"""The learning rate of a run that goes on: the schedule keeps its shape, warm-up and decay, and is scaled."""

from __future__ import annotations

from typing import Any, Optional


def _schedule(trainer: Any) -> Any:
    """The scheduler itself, without what accelerate lays around it."""
    return getattr(trainer.lr_scheduler, "scheduler", trainer.lr_scheduler)


def read(trainer: Any) -> Optional[float]:
    """What the schedule starts from; None before there is one."""
    schedule = _schedule(trainer)
    rates = getattr(schedule, "base_lrs", None)
    if rates:
        return float(rates[0])
    return None if trainer.optimizer is None else float(trainer.optimizer.param_groups[0]["lr"])


def write(trainer: Any, value: float) -> None:
    """Every group of parameters is scaled alike, so that groups with rates of their own keep their proportion."""
    schedule, before = _schedule(trainer), read(trainer)
    ratio = value / before if before else 0.0
    for group in trainer.optimizer.param_groups:
        for name in ("lr", "initial_lr"):
            if name in group:
                group[name] *= ratio
    for name in ("base_lrs", "_last_lr"):
        if getattr(schedule, name, None):
            setattr(schedule, name, [rate * ratio for rate in getattr(schedule, name)])


def refusal(trainer: Any, value: float) -> Optional[str]:
    if getattr(trainer, "is_deepspeed_enabled", False):
        return "DeepSpeed keeps the learning rate in its own optimizer, which this client does not reach."
    if not read(trainer):
        return "The schedule starts from 0, which cannot be scaled."
    return (
        None
        if value > 0
        else f"The learning rate must be above 0, not {value}: a schedule at 0 could not be turned back."
    )
