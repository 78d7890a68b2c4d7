"""A supervised part: TRL's SFTTrainer on texts that are written out, from one checkpoint to the next."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Dict, List, Optional

from datasets import Dataset
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

from ..limits import Json
from ..trl.callback import checkpoint_report
from ..trl.course import Course
from ..trl.hooks import wrap
from ..trl.knobs import KNOBS
from .checkpoint import Checkpoints
from .collected import lessons_from
from .continued import Continued
from .evaluation import evaluation
from .judge import Judge
from .models import load
from .order import Order
from .parts import Part
from .plain_sampler import PlainSampler
from .problems import InOrder
from .teller import Teller
from .trl_arguments import sft_arguments

HELD_OUT_EVERY, HELD_OUT_MOST = 10, 128
"""Held-out examples are measured at the first and the last step of the stage, and in between every so many steps; so many of them at most."""


class SftTrainer(Continued, SFTTrainer):
    order: InOrder

    def _get_train_sampler(self, *args: Any) -> InOrder:
        return self.order


def train(order: Order, part: Part, checkpoints: Checkpoints, judge: Judge, gpu: bool) -> None:
    model, tokenizer = load(checkpoints.model())
    examples = [tokens_of(tokenizer, one) for one in lessons_from(order, part)]
    if not examples:
        raise ValueError(f"The stage {part.own['name']} has nothing to learn from.")
    held_out = [tokens_of(tokenizer, one) for one in order.lines(f"stage-{part.stage}-held-out.jsonl")]
    first = checkpoints.position.step + 1
    longest = max(len(one["input_ids"]) for one in [*examples, *held_out])
    trainer = SftTrainer(
        model=model,
        args=SFTConfig(**sft_arguments(order, replace(part, first=first), longest, gpu)),
        train_dataset=Dataset.from_list(examples),
        eval_dataset=Dataset.from_list(held_out[:HELD_OUT_MOST]) if held_out else None,
        processing_class=tokenizer,
    )
    # counted in the stage, as the app counts them
    since = part.own["firstStep"] - 1
    trainer.order = InOrder(
        len(examples), int(part.settings["promptsPerStep"]), first - since, part.last - since, order.seed
    )
    course = Course(checkpoints.position.step, last=part.last == order.steps)
    steps = _Steps(order, part, checkpoints, judge, trainer, course)
    trainer.begin(
        checkpoints.optimizer(),
        checkpoints.position.step - checkpoints.position.optimizer_since,
        int(part.settings["warmupSteps"]),
        1,
        steps.save,
    )
    trainer.add_callback(steps)
    trainer.train()


def tokens_of(tokenizer: Any, example: Json) -> Json:
    """The prompt is read and not learned; the end token is."""
    prompt = tokenizer(example["prompt"], add_special_tokens=False)["input_ids"]
    answer = tokenizer(example["completion"], add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    return {"input_ids": prompt + answer, "labels": [-100] * len(prompt) + answer}


class _Steps(TrainerCallback):
    """Evaluations, checkpoints and reports between two steps."""

    def __init__(
        self, order: Order, part: Part, checkpoints: Checkpoints, judge: Judge, trainer: SftTrainer, course: Course
    ) -> None:
        self._order, self._part, self._checkpoints, self._judge = order, part, checkpoints, judge
        self._trainer, self._course = trainer, course
        self._teller: Any = None
        self._logged: Dict[str, Optional[float]] = {}
        self._after: List[Json] = []
        self._last = course.before
        wrap(trainer, "_maybe_log_save_evaluate", self._close)
        wrap(trainer, "_inner_training_loop", self._train)

    def _train(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except BaseException as error:
            if self._teller:
                self._teller.failed(error)
            raise

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        knobs = {"learningRate": KNOBS["learningRate"]}
        self._teller = Teller(self._order, self._part, self._trainer, self._course, knobs, "")

    def save(self) -> None:
        step = self._course.step(self._trainer)
        folder = self._checkpoints.write(self._trainer, step, self._teller.stopped)
        self._after.append(checkpoint_report(step, str(folder)))

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._since = time.monotonic()
        if self._course.step(self._trainer) == 0:
            self._teller.tell(evaluation(self._order, self._part, self._sampler(), self._judge, 0))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        step = self._course.step(self._trainer)
        if step == self._part.last or step % int(self._order.told["checkpointEvery"]) == 0:
            control.should_save = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        self._logged.update({name: value for name, value in (logs or {}).items() if isinstance(value, (int, float))})

    def _close(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        step = self._course.step(self._trainer)
        told = original(*args, **kwargs)
        if step == self._last:
            return told  # the trainer comes here once more at the end of an epoch
        self._last = step
        seconds = time.monotonic() - self._since
        if self._trainer.eval_dataset is not None and self._looks(step):
            self._trainer.evaluate()
        self._teller.step(step, self._logged, seconds, [])
        self._logged = {}
        self._teller.tell(evaluation(self._order, self._part, self._sampler(), self._judge, step))
        self._tell_rest()
        self._teller.boundary(step)
        self._tell_rest()
        return told

    def _looks(self, step: int) -> bool:
        place = step - self._part.own["firstStep"] + 1
        return place == 1 or place % HELD_OUT_EVERY == 0 or place == self._part.own["steps"]

    def _tell_rest(self) -> None:
        after, self._after = self._after, []
        for report in after:
            self._teller.tell(report)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._teller.stopped:
            self.save()
            self._tell_rest()
        self._teller.end(self._course.step(self._trainer))

    def _sampler(self) -> Any:
        return PlainSampler(self._trainer)
