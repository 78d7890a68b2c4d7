"""The rules as TRL's reward functions: a function a reward, so that each can be weighed, all of one question to the rules."""

from __future__ import annotations

import json
from typing import Any, Callable, List, Optional, Sequence

from ..limits import Json
from ..trl.rollouts import REASONS
from .judge import Judge
from .problems import PROBLEM
from .sampling import completions as completions_of


class Rules:
    """`trainer` is set when there is one."""

    def __init__(self, judge: Judge, settings: Json) -> None:
        self._judge = judge
        self._settings = settings
        self._judged: Optional[Sequence[Any]] = None
        self._parts: List[Json] = []
        self.trainer: Any = None

    def functions(self) -> List[Callable[..., List[Optional[float]]]]:
        return [self._function(name) for name in self._settings["rewardWeights"]]

    def _function(self, name: str) -> Callable[..., List[Optional[float]]]:
        def judged(completion_ids: Sequence[Sequence[int]], **columns: Any) -> List[Optional[float]]:
            if completion_ids is not self._judged:
                self._judged, self._parts = completion_ids, self._ask(completion_ids, columns)
            return [parts[name]["value"] for parts in self._parts]

        judged.__name__ = name
        return judged

    def _ask(self, sampled: Sequence[Sequence[int]], columns: Json) -> List[Json]:
        """Neighbouring rows of one prompt are a group."""
        told, problems = completions_of(self.trainer, sampled), columns[PROBLEM]
        size = self.trainer.num_generations
        limit = self.trainer.max_completion_length
        groups = [
            {"problem": json.loads(problems[at]), "completions": told[at : at + size], "tokenLimit": limit}
            for at in range(0, len(told), size)
        ]
        answers = self._judge.ask(groups, self._settings, "score")
        parts = [one for answer in answers for one in answer["parts"]]
        for row, one in zip(columns[REASONS], parts):
            row.update({name: part.get("reason", "") for name, part in one.items()})
        return parts
