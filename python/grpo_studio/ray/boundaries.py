"""What a part does between two steps: evaluations, checkpoints, a fresh reference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from transformers import TrainerCallback

from ..trl.course import Course
from ..trl.knobs import NEVER
from .checkpoint import Checkpoints
from .evaluation import evaluation
from .judge import Judge
from .order import Order
from .parts import Part
from .reporter import Reporter


class Boundaries(TrainerCallback):
    """Before the reporter among a trainer's callbacks, which tells the end. `trainer` is set when there is one."""

    def __init__(
        self, order: Order, part: Part, course: Course, judge: Judge, checkpoints: Checkpoints, reporter: Reporter
    ) -> None:
        self._order, self._part, self._course = order, part, course
        self._judge, self._checkpoints, self._reporter = judge, checkpoints, reporter
        self.trainer: Any = None

    def save(self) -> None:
        self._reporter.saved = self._checkpoints.write(
            self.trainer, self._course.step(self.trainer), self._reporter.stopped
        )

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        state.num_input_tokens_seen = self._checkpoints.position.tokens

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if not self._course.whole(self.trainer):
            return
        step = self._course.step(self.trainer)
        if step == 0:
            self._evaluate(0)
        every = int(args.ref_model_sync_steps) % NEVER
        since = self._checkpoints.position.reference_step
        if self.trainer.ref_model is not None and every and step - since >= every:
            self._refresh(step, float(args.ref_model_mixup_alpha))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if not self._course.whole(self.trainer):
            return
        step = self._course.step(self.trainer)
        self._evaluate(step)
        if step == self._part.last or step % int(self._order.told["checkpointEvery"]) == 0:
            control.should_save = True

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._reporter.stopped:
            self.save()
            self._reporter.on_save(args, state, control)

    def _evaluate(self, step: int) -> None:
        self._reporter.tell(evaluation(self._order, self._part, self.trainer, self._judge, step))

    def _refresh(self, step: int, share: float) -> None:
        from trl.trainer.callbacks import SyncRefModelCallback

        model = self.trainer.accelerator.unwrap_model(self.trainer.model)
        SyncRefModelCallback.sync_target_model(model, self.trainer.ref_model, share)
        self._checkpoints.reference_changed = True
        self._checkpoints.position = replace(self._checkpoints.position, reference_step=step)
