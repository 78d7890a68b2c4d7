"""A run's stages, cut where a milestone changes their settings: a part is trained by one trainer, from one checkpoint to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..limits import Json


@dataclass(frozen=True)
class Part:
    stage: int
    kind: str
    first: int
    """Of the run, from 1."""
    last: int
    settings: Json
    """All of them, as they are when nothing is steered."""
    named: Tuple[str, ...]
    """Settings that the plan itself says at its first step, by flat names."""
    before: Optional[str]
    """Kind of the stage before, where this part begins one; None of the first stage."""
    begins: bool
    """It is the first of its stage."""
    ends: bool
    """It is the last of its stage."""
    own: Json
    """The stage's own fields."""


def parts_of(stages: List[Json]) -> List[Part]:
    parts: List[Part] = []
    for at, stage in enumerate(stages):
        first, last = stage["firstStep"], stage["firstStep"] + stage["steps"] - 1
        changes = stage.get("changes") or {}
        # what a milestone turned outlives its stage unless the next one names it
        settings = merged(parts[-1].settings, changes) if parts else stage["settings"]
        named = flat_names(changes)
        turns = [one for one in stage.get("milestones") or [] if first < one["step"] <= last]
        starts = [first, *[one["step"] for one in turns]]
        for nth, start in enumerate(starts):
            if nth > 0:
                settings = merged(settings, turns[nth - 1]["settings"])
                named = flat_names(turns[nth - 1]["settings"])
            end = starts[nth + 1] - 1 if nth + 1 < len(starts) else last
            before = stages[at - 1]["kind"] if at > 0 else None
            parts.append(
                Part(at, stage["kind"], start, end, settings, named, before, nth == 0, end == last, stage)
            )
    return parts


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> Dict[str, Any]:
    """As the app lays one over the other: what is a table in both is laid over entry by entry."""
    told = dict(base)
    for name, value in change.items():
        inner = told.get(name)
        told[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return told


def flat_names(change: Mapping[str, Any]) -> Tuple[str, ...]:
    """`rewardWeights.accuracy` of what is nested."""
    names: List[str] = []
    for name, value in change.items():
        names += [f"{name}.{inner}" for inner in flat_names(value)] if isinstance(value, dict) else [name]
    return tuple(names)


def with_flat(settings: Mapping[str, Any], changed: Mapping[str, float]) -> Dict[str, Any]:
    """Settings with what a person changed, by flat names."""
    told = dict(settings)
    for name, value in changed.items():
        top, _, inner = name.partition(".")
        told[top] = {**told[top], inner: value} if inner else value
    return told
