"""A run that a trainer's logger reports, step by step. It can make the trainer wait between two steps, since the trainer waits for its loggers."""

from __future__ import annotations

import atexit
import os
import sys
from typing import Any, Callable, Dict, List, Optional

from .commands import Command
from .kept import Kept
from .limits import Json
from .quiet import quiet
from .run import Run

PATIENCE = 0.5
"""Seconds that a paused training waits for a command before it looks again."""
FIXED = "{engine} gives it to its workers when they start."
"""Why no knob can be turned."""
NAMES = [
    "temperature",
    "topP",
    "topK",
    "minP",
    "repetitionPenalty",
    "maxCompletionTokens",
    "beta",
    "learningRate",
    "epsilonLow",
    "epsilonHigh",
    "delta",
    "entropyCoefficient",
    "groupSize",
    "promptsPerStep",
]
"""Knobs of the app that a person may look for."""


class LoggedRun:
    """
    Opened at the first step that is logged, as it tells whether training goes on from a checkpoint: then it is the run that `folder`, where
    checkpoints lie, remembers, or the one of `GRPO_STUDIO_KEY`. `facts` are arguments of `Run`.
    """

    def __init__(self, engine: str, folder: str, facts: Callable[[], Json], pauses: bool = True) -> None:
        self._engine = engine
        self._folder = folder
        self._facts = facts
        self._pauses = pauses
        self._paused = False
        self._one = False
        self.run: Optional[Run] = None
        self.last = 0

    @quiet
    def open(self, before: int) -> Optional[Run]:
        """`before`: the last step that was trained, 0 at the beginning."""
        if self.run is None:
            kept = Kept(self._folder, before > 0, os.environ.get("GRPO_STUDIO_KEY", ""))
            self.run = Run(
                engine=self._engine,
                key=kept.key,
                resumed_from=before or None,
                commands=["pause", "resume", "step"] if self._pauses else [],
                refusals={name: FIXED.format(engine=self._engine) for name in NAMES},
                **self._facts(),
            )
            kept.write()
            self.last = before
            atexit.register(self._at_exit)
        return self.run

    @quiet
    def boundary(self, step: int) -> None:
        """After a step was logged: returns when the trainer may go on."""
        run, told, wait = self.run, False, 0.0
        if run is None:
            return
        self.last = step
        if self._one:
            self._one, self._paused = False, True
        while True:
            for command in run.commands(wait):
                self._handle(run, command, step)
            if not self._paused:
                break
            if not told:
                run.status(step, "paused")
            told, wait = True, PATIENCE
        if told:
            run.status(step, "running")

    def _handle(self, run: Run, command: Command, step: int) -> None:
        if not self._pauses or command.kind not in ("pause", "resume", "step"):
            run.answer(
                command, step, refused=f"{self._engine}'s logger cannot {command.kind}; it can pause between steps."
            )
            return
        self._paused, self._one = command.kind == "pause", command.kind == "step"
        run.answer(command, step + 1)

    def _at_exit(self) -> None:
        """Of a trainer that does not tell its loggers that it ends."""
        error = getattr(sys, "last_value", None)
        self.finish("failed" if error else "finished", str(error or ""))

    @quiet
    def finish(self, status: str = "finished", message: str = "", timeout: float = 5) -> None:
        if self.run:
            atexit.unregister(self._at_exit)
            self.run.finish(self.last, status, message, timeout)


def flat(value: Any) -> Any:
    """A configuration of nested namespaces as dictionaries."""
    if hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        value = vars(value)
    if isinstance(value, dict):
        return {str(name): flat(item) for name, item in value.items()}
    return value


def at(config: Any, *paths: str) -> Any:
    """The first value that there is at any of these dotted paths; None for none."""
    for path in paths:
        value = config
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def numbers(config: Any, names: Dict[str, str]) -> Dict[str, float]:
    """Settings by our names, from dotted paths; what is not a number there is left out."""
    found = {name: at(config, path) for name, path in names.items()}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def hidden(config: Any, secrets: List[str]) -> Any:
    """A configuration without the values at these dotted paths."""
    config = dict(config)
    for path in secrets:
        *way, name = path.split(".")
        inner = config
        for part in way:
            inner[part] = dict(inner[part]) if isinstance(inner.get(part), dict) else {}
            inner = inner[part]
        inner.pop(name, None)
    return config
