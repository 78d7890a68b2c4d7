"""The policy on held-out problems: when, how many, and what it comes to."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from ..clock import now
from ..limits import Json
from .judge import Judge
from .order import Order
from .parts import Part
from .sampling import answers, evaluating, sampled_as

LEAVE_POLICY = ("rejection-sampling",)


def prompts_due(order: Order, part: Part, step: int) -> int:
    """Held-out problems of the evaluation after this step; 0 where there is none. The first step of a run is preceded by one after step 0."""
    told = order.told
    if step == 0:
        return int(told["finalEvalPrompts"])
    at_end = step == part.last and part.ends and _measured_at_end(order, part)
    if at_end:
        return int(told["finalEvalPrompts"])
    every = int(told["evalEvery"])
    return int(told["evalPrompts"]) if every and step % every == 0 and part.kind not in LEAVE_POLICY else 0


def _measured_at_end(order: Order, part: Part) -> bool:
    following = order.stages[part.stage + 1 :]
    return not following or (part.kind not in LEAVE_POLICY and part.kind != following[0]["kind"])


def evaluation(order: Order, part: Part, trainer: Any, judge: Judge, step: int) -> Optional[Json]:
    """A report for the app, the same in all workers; None where none is due. All workers must call it."""
    held_out = order.lines("held-out.jsonl")[: prompts_due(order, part, step)]
    if not held_out:
        return None
    accelerator, form, limit = trainer.accelerator, order.told["evaluation"], int(order.told["longestLimit"])
    own = held_out[accelerator.process_index :: accelerator.num_processes]
    with sampled_as(trainer, evaluating(form, limit)):
        sampled = answers(trainer, [one["prompt"] for one in own], int(form["samples"]))
    groups = [
        {"problem": one["problem"], "completions": group, "tokenLimit": limit} for one, group in zip(own, sampled)
    ]
    verdicts = judge.ask(groups, part.settings, "evaluate")
    rows = [
        {"right": float(right), "formatted": formatted or 0.0, **{name: one[name] for name in ("tokens", "finished")}}
        for group, verdict in zip(sampled, verdicts)
        for one, right, formatted in zip(group, verdict["right"], verdict["formatted"])
    ]
    return _report(step, len(held_out), _of_all(accelerator, rows))


def _of_all(accelerator: Any, rows: List[Json]) -> List[Json]:
    if accelerator.num_processes == 1:
        return rows
    from accelerate.utils import gather_object

    return list(gather_object(rows))


def _report(step: int, prompts: int, rows: List[Json]) -> Json:
    def mean(values: List[float]) -> float:
        return sum(values) / len(values)

    metrics: Dict[str, float] = {
        "eval_format": mean([row["formatted"] for row in rows]),
        "eval_mean_length": mean([row["tokens"] for row in rows]),
        "eval_clipped_ratio": mean([float(not row["finished"]) for row in rows]),
    }
    accuracy = mean([row["right"] for row in rows])
    return {
        "kind": "evaluation",
        "step": step,
        "at": now(),
        "metrics": metrics,
        "accuracy": accuracy,
        "prompts": prompts,
    }
