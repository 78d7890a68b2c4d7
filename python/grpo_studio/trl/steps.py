"""The metrics of a step: all that TRL logs, and where it logs only every few steps, what it measured in each."""

from __future__ import annotations

import math
from typing import Any, Dict, Optional

from ..names import TRL, ours
from ..quiet import quiet


class Steps:
    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self._seen: Dict[str, int] = {}
        self._logged: Dict[str, float] = {}

    def logged(self, logs: Dict[str, Any]) -> None:
        """A line of the trainer's log, of training."""
        self._logged = {name: value for name, value in logs.items() if isinstance(value, (int, float))}

    @quiet
    def measured(self) -> Dict[str, Optional[float]]:
        """Of the step that just ended, before the trainer's log takes the means of several steps and forgets."""
        kept = getattr(self._trainer, "_metrics", None)
        if not isinstance(kept, dict) or "train" not in kept:
            return {}
        told = {}
        for name, values in kept["train"].items():
            new = values[-1:] if name == "num_tokens" else values[self._seen.get(name, 0) :]
            self._seen[name] = len(values)
            if new:
                finite = [value for value in new if not math.isnan(value)]
                told[name] = sum(finite) / len(finite) if finite else None
        return told

    def of(self, measured: Dict[str, Optional[float]], learning_rate: Optional[float]) -> Dict[str, Optional[float]]:
        """Metrics of the step; the log's own where it has been written in it."""
        logged, self._logged = self._logged, {}
        if logged:
            self._seen = {}
        rate = {} if learning_rate is None else {"learning_rate": learning_rate}
        return ours({**rate, **logged, **measured}, TRL)
