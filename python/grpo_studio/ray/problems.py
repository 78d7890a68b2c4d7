"""Which problems a step has, and the batches that they make."""

from __future__ import annotations

import json
import random
from typing import Any, Dict, Iterator, List, Optional, Sequence

from ..limits import Json
from ..trl.rollouts import SHOWN

PROBLEM = "grpo_studio_problem"
"""Column that holds what the rules need of a problem, as JSON: a table would give all problems the fields of each."""


def take(items: Sequence[Any], count: int, step: int, seed: int) -> List[Any]:
    """A step's share of a training set, which has an order of its own for each epoch and is gone through without gaps or repeats."""
    orders: Dict[int, List[int]] = {}
    taken = []
    for place in range((step - 1) * count, step * count):
        epoch, at = divmod(place, len(items))
        if epoch not in orders:
            orders[epoch] = list(range(len(items)))
            random.Random(f"{seed}/epoch/{epoch}").shuffle(orders[epoch])
        taken.append(items[orders[epoch][at]])
    return taken


def asked(lines: Sequence[Json], domains: Optional[Sequence[str]]) -> List[Json]:
    """Rows for a trainer, of the problems of these domains; of all, where none are named."""
    return [
        {
            "prompt": line["prompt"],
            "answer": line["answer"],
            "domain": line["domain"],
            SHOWN: line["problem"]["prompt"],
            PROBLEM: json.dumps(line["problem"]),
        }
        for line in lines
        if domains is None or line["domain"] in domains
    ]


class InOrder:
    """Places of a data set in the order in which steps take them: a sampler of PyTorch. Each output of a prompt is a place of its own."""

    def __init__(self, size: int, count: int, first: int, last: int, seed: int, outputs: int = 1, turns: int = 1) -> None:
        """`count`: problems of a step. `outputs`: of each. `turns`: how often the trainer asks for a step's rows."""
        self._size, self._count, self._first, self._last, self._seed = size, count, first, last, seed
        self._outputs, self._turns = outputs, turns

    def __len__(self) -> int:
        return (self._last - self._first + 1) * self._turns * self._count * self._outputs

    def __iter__(self) -> Iterator[int]:
        for step in range(self._first, self._last + 1):
            taken = take(range(self._size), self._count, step, self._seed)
            for _ in range(self._turns):
                for place in taken:
                    yield from [place] * self._outputs


def micro_rows(rows: int, tokens: int, most: int) -> int:
    """Largest divisor of the rows of an update that keeps within so many tokens, at least one row."""
    return next(size for size in range(rows, 0, -1) if rows % size == 0 and (size * tokens <= most or size == 1))


def shared_evenly(what: str, rows: int, parts: int, by: str) -> int:
    """Raises `ValueError` where the rows do not divide evenly."""
    if rows % parts:
        raise ValueError(f"The {rows} {what} do not divide evenly among {parts} {by}.")
    return rows // parts
