"""A small model that trains with TRL on the CPU, for the tests of the callback; they are left out where TRL is not installed."""

from __future__ import annotations

import json
import unittest
from typing import Any, Callable, Dict
from unittest import mock

from support import WithData, until

try:
    import tiny
    from transformers import TrainerCallback

    from grpo_studio import GrpoStudioCallback

    LACKS = ""
except ImportError as error:
    LACKS, TrainerCallback = f"TRL is not installed here: {error}", object  # type: ignore[misc, assignment]


class At(TrainerCallback):
    """Does something after a step, before the app's callback hears commands."""

    def __init__(self, **work: Callable[[], None]) -> None:
        self.work = work

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.work.get(f"step{state.global_step}", lambda: None)()


@unittest.skipIf(LACKS, LACKS)
class Training(WithData):
    def setUp(self) -> None:
        super().setUp()
        self.app = self.stub()
        self.next = 0

    def train(self, at: Dict[str, Callable[[], None]], resume: Any = None, **changes: Any) -> Any:
        self.callback = GrpoStudioCallback()
        self.trainer = tiny.trainer(self.data, [At(**at), self.callback], **changes)
        with mock.patch("builtins.print"):
            self.watch(self.trainer)
            self.trainer.train(resume_from_checkpoint=resume)
        return self.trainer

    def watch(self, trainer: Any) -> None:
        """Hook for what a test wants to see of the trainer."""

    @property
    def key(self) -> str:
        return str(json.loads((self.data / "out" / "grpo-studio.json").read_text())["key"])

    def ask(self, kind: str, **changes: float) -> Callable[[], None]:
        """A command that the client has heard before training goes on."""

        def work() -> None:
            self.next += 1
            run = self.callback._run
            until(lambda: run._courier.opened.is_set())
            self.app.command(self.key, self.next, kind, **changes)
            until(lambda: bool(run._commands._new))

        return work

    def answers(self) -> Dict[int, Any]:
        return {one["command"]: one for one in self.app.reports(self.key, "answer")}

    def steps(self) -> Dict[int, Any]:
        return {one["step"]: one for one in self.app.reports(self.key, "step")}
