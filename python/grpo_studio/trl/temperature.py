"""
The temperature of the trainer's own log-probabilities. It must be the one that the texts were sampled at, or the policy ratio is of another
distribution. TRL 1.16 fixes it in the closure of the model's fused head when the trainer is made; earlier versions read `trainer.temperature`.
"""

from __future__ import annotations

import inspect
from types import CellType, FunctionType, MethodType
from typing import Any, List, Set


def cells(model: Any) -> List[CellType]:
    """Where the heads of a model keep their temperature; empty where they keep none."""
    while hasattr(model, "module"):
        model = model.module
    if hasattr(model, "get_base_model"):
        model = model.get_base_model()
    found: List[CellType] = []
    seen: Set[int] = set()
    queue = [getattr(model, "forward", None)]
    while queue and len(seen) < 100:
        at = queue.pop()
        at = at.__func__ if isinstance(at, MethodType) else at
        if at is None or id(at) in seen:
            continue
        seen.add(id(at))
        queue += [getattr(at, name, None) for name in ("__wrapped__", "model_forward", "func")]
        if isinstance(at, FunctionType) and at.__closure__:
            names = dict(zip(at.__code__.co_freevars, at.__closure__))
            if at.__code__.co_name == "_fused_forward" and "temperature" in names:
                found.append(names["temperature"])
            queue += [cell.cell_contents for cell in at.__closure__ if _callable(cell)]
    return found


def _callable(cell: CellType) -> bool:
    try:
        return isinstance(cell.cell_contents, (FunctionType, MethodType)) or hasattr(
            cell.cell_contents, "model_forward"
        )
    except ValueError:  # an empty cell
        return False


def can_turn(trainer: Any) -> bool:
    """Whether the loss follows a change of the temperature."""
    if cells(trainer.model):
        return True
    method = getattr(trainer, "_get_per_token_logps_and_entropies", None)
    return method is not None and "temperature" in inspect.unwrap(method).__code__.co_names


def turn(trainer: Any, value: float) -> None:
    for model in (trainer.model, getattr(trainer, "ref_model", None)):
        for cell in cells(model) if model is not None else ():
            cell.cell_contents = value
    trainer.temperature = value
