"""Carries out what a person asks, between two steps: all processes together, so that each of them trains on the same settings."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from ..commands import Command
from ..kept import Kept
from ..quiet import log, quiet
from ..run import Run
from .course import Course
from .knobs import Knob, all_knobs
from .ranks import Ranks

PATIENCE = 0.5
"""Seconds that a paused training waits for a command before it looks again."""


class Steering:
    """`run` is None in all processes but the first. `knobs`: of a trainer, by name."""

    def __init__(
        self,
        trainer: Any,
        ranks: Ranks,
        run: Optional[Run],
        kept: Optional[Kept],
        course: Optional[Course] = None,
        knobs: Callable[[Any], Dict[str, Knob]] = all_knobs,
    ) -> None:
        self._trainer = trainer
        self._ranks = ranks
        self._run = run
        self._kept = kept
        self._course = course or Course()
        self._knobs = knobs
        self._awaited: List[Command] = []
        self._paused = False
        self._one = False
        self.stopped = False

    @quiet
    def boundary(self, step: int) -> None:
        """After a step: returns when the next one may begin."""
        if self._course.ends(self._trainer) and not self._course.last:
            return  # the training that goes on with the run hears what is asked
        if self._one:
            self._one, self._paused = False, True
        told = False
        wait = 0.0
        while True:
            for command in self._ranks.share(self._run.commands(wait) if self._run else None):
                self._handle(command, step)
            if not self._paused or self.stopped or self._course.ends(self._trainer):
                break
            if not told and self._run:
                self._run.status(step, "paused")
            told, wait = True, PATIENCE
        if told and self._run and not self.stopped:
            self._run.status(step, "running")

    @quiet
    def sampling(self) -> None:
        """Before texts are sampled: what had to wait for it holds from this step on."""
        awaited, self._awaited = self._awaited, []
        for command in awaited:
            self._apply(command, self._course.step(self._trainer) + 1)

    def again(self, settings: Dict[str, float]) -> None:
        """What was in force when the checkpoint was made, of a training that goes on."""
        for name, value in settings.items():
            knob = self._knobs(self._trainer).get(name)
            if knob and not knob.refusal(self._trainer, value):
                knob.write(self._trainer, value)

    def end(self, step: int) -> None:
        for command in self._awaited:
            self._answer(command, step, refused="Training ended before texts were sampled again.")
        self._awaited = []

    def _handle(self, command: Command, step: int) -> None:
        try:
            getattr(self, f"_on_{command.kind}", self._unknown)(command, step)
        except Exception as error:
            log.warning("grpo-studio: %s failed: %s", command.kind, error)
            self._answer(command, step, refused=f"It failed: {type(error).__name__}: {error}")

    def _unknown(self, command: Command, step: int) -> None:
        self._answer(command, step, refused=f"This client does not know how to {command.kind}.")

    def _on_set(self, command: Command, step: int) -> None:
        knobs = self._knobs(self._trainer)
        for name, value in command.changes.items():
            if name not in knobs:
                return self._answer(command, step, refused=f"This trainer has no {name} that can be turned.")
            why = knobs[name].refusal(self._trainer, value)
            if why:
                return self._answer(command, step, refused=why)
        if any(knobs[name].rollout for name in command.changes):
            self._awaited.append(command)
        else:
            self._apply(command, step + 1)

    def _apply(self, command: Command, step: int) -> None:
        """All of it or nothing."""
        knobs = self._knobs(self._trainer)
        before: Dict[str, float] = {}
        try:
            for name, value in command.changes.items():
                before[name] = knobs[name].read(self._trainer) or 0
                knobs[name].write(self._trainer, value)
        except Exception as error:
            for name, value in before.items():
                knobs[name].write(self._trainer, value)
            return self._answer(command, step, refused=f"The trainer did not take it: {error}")
        if self._kept:
            self._kept.changed(step, command.changes)
        self._answer(command, step, before=before, settings=command.changes)

    def _on_pause(self, command: Command, step: int) -> None:
        self._paused = True
        self._answer(command, step + 1)

    def _on_resume(self, command: Command, step: int) -> None:
        self._paused = False
        self._answer(command, step + 1)

    def _on_step(self, command: Command, step: int) -> None:
        """One more step, and then a pause."""
        self._paused, self._one = False, True
        self._answer(command, step + 1)

    def _on_stop(self, command: Command, step: int) -> None:
        self._trainer.control.should_training_stop = True
        self.stopped = True
        self._answer(command, step)

    def _on_save(self, command: Command, step: int) -> None:
        """A checkpoint of what the last step made, at once."""
        trainer = self._trainer
        trainer._save_checkpoint(trainer.model, trial=None)
        trainer.control = trainer.callback_handler.on_save(trainer.args, trainer.state, trainer.control)
        self._answer(command, step)

    def _answer(self, command: Command, step: int, **told: Any) -> None:
        if self._run:
            self._run.answer(command, step, **told)
