"""The callback: what happens in a trainer, in the order in which the app is told of it."""

from __future__ import annotations

import os
import time
import traceback
from typing import Any, List, Optional

from transformers import TrainerCallback

from ..kept import Kept
from ..limits import Json
from ..quiet import quiet, warn_once
from ..run import BOUND, Run
from .course import Course
from .facts import facts
from .hooks import trainer_of, wrap
from .knobs import values
from .ranks import Ranks
from .rollouts import Rollouts
from .steering import Steering
from .steps import Steps


class GrpoStudioCallback(TrainerCallback):
    """
    Reports a GRPOTrainer's run to grpo-studio, and does between two steps what a person asks there.

    `bound`: seconds that a report may hold up training. `timeout`: seconds that the end of training may wait until all is delivered; what is
    left is delivered by the next run, or by `python -m grpo_studio deliver`. `tokens`: a step of more sampled tokens than this is told
    without their log-probabilities; 0 for none. `key`: of the run, where whoever starts it has given it one. `course`: of a run of which this
    training is a part.
    """

    def __init__(
        self,
        *,
        title: str = "",
        bound: float = BOUND,
        timeout: float = 5,
        tokens: int = 200_000,
        key: str = "",
        course: Optional[Course] = None,
    ) -> None:
        self._title = title
        self._bound = bound
        self._timeout = timeout
        self._tokens = tokens
        self._key = key
        self._course = course or Course()
        self._trainer: Any = None
        self._run: Optional[Run] = None
        self._steering: Optional[Steering] = None
        self._watched = False
        self._hooked = False

    @quiet
    def on_init_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._trainer = trainer_of(self)
        if self._trainer is not None:
            self._watched = wrap(self._trainer, "_inner_training_loop", self._train)

    @quiet
    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._trainer = self._trainer or trainer_of(self)
        if self._trainer is None or not hasattr(self._trainer, "num_generations"):
            warn_once("GrpoStudioCallback is for TRL's GRPOTrainer: nothing is reported of this one.")
            return
        trainer = self._trainer
        self._ranks = Ranks(trainer)
        before = self._course.step(trainer)
        resumed = before or None
        kept = Kept(args.output_dir, resumed is not None, self._key) if self._ranks.main else None
        again = self._ranks.share(kept.rewind(resumed or 0) if kept else None)
        self._steps, self._rollouts = Steps(trainer), Rollouts(trainer, self._tokens)
        steering = Steering(trainer, self._ranks, None, None)
        steering.again(again)
        if kept:
            told = self._facts()
            self._run = Run(engine="trl", key=kept.key, resumed_from=resumed, bound=self._bound, **told)
            kept.write()
        self._steering = Steering(trainer, self._ranks, self._run, kept, self._course)
        self._after: List[Json] = []
        self._last = before
        self._since = time.monotonic()
        self._hook()

    def _facts(self) -> Json:
        """Arguments of `Run`."""
        told = facts(self._trainer)
        return {**told, "title": self._title or told["title"]}

    def _hook(self) -> None:
        """Once for a trainer, however often it trains."""
        if self._hooked:
            return
        self._hooked = True
        trainer = self._trainer
        if not wrap(trainer, "_generate_and_score_completions", self._sample):
            warn_once("This version of TRL samples in another way: prompts and texts are not delivered.")
        if not wrap(trainer, "_maybe_log_save_evaluate", self._close):
            warn_once("This version of transformers ends its steps in another way: steps are not delivered.")
        if self._tokens:
            wrap(trainer, "_compute_loss", lambda *args, **kwargs: self._rollouts.loss(*args, **kwargs))
            wrap(
                trainer,
                "_get_per_token_logps_and_entropies",
                lambda *args, **kwargs: self._rollouts.logprobs(*args, **kwargs),
            )

    def _sample(self, original: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        steering = self._steering if self._trainer.model.training else None
        if steering:
            steering.sampling()
        output = original(inputs, *args, **kwargs)
        if steering:
            self._rollouts.collect(inputs, output)
        return output

    def _close(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        """Around the trainer's logging, evaluating and saving after a step: the step is told after it, and then commands are heard."""
        step = self._course.step(self._trainer)
        if self._steering and not self._course.whole(self._trainer):
            return original(*args, **kwargs)
        fresh = self._steering is not None and step > self._last
        measured = self._steps.measured() if fresh else None
        told = original(*args, **kwargs)
        if self._steering:
            if fresh:
                self._tell_groups(step)
                self._tell_step(step, measured or {}, kwargs.get("learning_rate"))
                self._rollouts.clear()
                self._last = step
            self._tell_rest()
            self._steering.boundary(step)
            self._since = time.monotonic()
        return told

    @quiet
    def _tell_groups(self, step: int) -> None:
        local = self._ranks.collect(self._rollouts.local)
        if self._run:
            for group in self._rollouts.groups(step, local):
                self._run.report(group)

    @quiet
    def _tell_step(self, step: int, measured: Any, rate: Optional[float]) -> None:
        if self._run:
            metrics = self._steps.of(measured, rate)
            seconds = time.monotonic() - self._since
            self._run.step(step, metrics, seconds=seconds, settings=values(self._trainer))

    def _tell_rest(self) -> None:
        """What came in the step and belongs after it."""
        after, self._after = self._after, []
        if self._run:
            for report in after:
                self._run.report(report)

    @quiet
    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        if self._steering and logs and "loss" in logs:
            self._steps.logged(logs)

    @quiet
    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **kwargs: Any) -> None:
        if self._run and metrics:
            self._told_after(_evaluation(self._course.step(self._trainer), metrics))

    @quiet
    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._run:
            path = os.path.abspath(os.path.join(args.output_dir, f"checkpoint-{state.global_step}"))
            self._told_after(checkpoint_report(self._course.step(self._trainer), path))

    def _told_after(self, report: Json) -> None:
        """After the step that it belongs to."""
        if report["step"] > self._last:
            self._after.append(report)
        elif self._run:
            self._run.report(report)

    @quiet
    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._steering:
            self._steering.end(self._course.step(self._trainer))
        if self._run:
            self._tell_rest()
            self._end(self._steering is not None and self._steering.stopped)

    def _end(self, stopped: bool) -> None:
        if self._course.last or stopped:
            self._finish("stopped" if stopped else "finished")
            return
        run, self._run, self._steering = self._run, None, None
        if run:
            run.close(self._timeout)

    def _train(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        """Around the whole training, for its exceptions."""
        try:
            return original(*args, **kwargs)
        except BaseException as error:
            self._failed(error)
            raise

    @quiet
    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._finish("stopped", "Interrupted at the keyboard.")
        else:
            lines = traceback.format_exception(type(error), error, error.__traceback__)
            self._finish("failed", "".join(lines)[-10_000:])

    def _finish(self, status: str, message: str = "") -> None:
        run, self._run, self._steering = self._run, None, None
        if run:
            run.finish(self._course.step(self._trainer), status, message, timeout=self._timeout)


def _evaluation(step: int, metrics: Any) -> Json:
    from ..clock import now

    numbers = {name: value for name, value in metrics.items() if isinstance(value, (int, float))}
    return {"kind": "evaluation", "step": step, "at": now(), "metrics": numbers, "accuracy": None, "prompts": None}


def checkpoint_report(step: int, path: str) -> Json:
    from ..clock import now

    sizes = [os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(path) for name in names]
    return {"kind": "checkpoint", "step": step, "at": now(), "path": path, "bytes": sum(sizes) or None}
