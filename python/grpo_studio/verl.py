"""
For verl: `trainer.logger='["console","grpo_studio"]'`. With `trainer.rollout_data_dir` set, the texts that verl dumps there are reported too.
verl imports this module by itself where the package is installed (an entry point of the group `verl.plugins`).
"""

from __future__ import annotations

import functools
import os
import queue
import re
import threading
from typing import Any, Dict, List, Optional, Tuple

from .dumps import groups_of, wait_for
from .limits import Json
from .logged import LoggedRun, at, numbers
from .names import VERL, ours
from .quiet import quiet, warn_once

NAME = "grpo_studio"
"""Among the names of `trainer.logger`."""
SETTINGS = {
    "temperature": "actor_rollout_ref.rollout.temperature",
    "topP": "actor_rollout_ref.rollout.top_p",
    "topK": "actor_rollout_ref.rollout.top_k",
    "maxCompletionTokens": "data.max_response_length",
    "groupSize": "actor_rollout_ref.rollout.n",
    "promptsPerStep": "data.train_batch_size",
    "learningRate": "actor_rollout_ref.actor.optim.lr",
    "epsilonLow": "actor_rollout_ref.actor.clip_ratio_low",
    "epsilonHigh": "actor_rollout_ref.actor.clip_ratio_high",
    "delta": "actor_rollout_ref.actor.clip_ratio_c",
    "entropyCoefficient": "actor_rollout_ref.actor.entropy_coeff",
    "innerEpochs": "actor_rollout_ref.actor.ppo_epochs",
    "gaeGamma": "algorithm.gamma",
    "gaeLambda": "algorithm.lam",
}
EVALUATION = re.compile(r"^val-(core|aux)/")
ACCURACY = re.compile(r"^val-core/.*/acc/(mean|maj)@\d+")


class VerlLogger:
    """A backend of `verl.utils.tracking.Tracking`."""

    def __init__(self, project_name: str, experiment_name: str, config: Any = None) -> None:
        self._config = config or {}
        self._title = os.environ.get("GRPO_STUDIO_TITLE") or f"{project_name} · {experiment_name}"
        self._folder = str(at(self._config, "trainer.default_local_dir") or ".")
        self._dumps = at(self._config, "trainer.rollout_data_dir")
        self._logged = LoggedRun("verl", self._folder, self._facts)
        self._queue: queue.Queue[Optional[Tuple[int, Dict[str, Any]]]] = queue.Queue()
        self._thread: Optional[threading.Thread] = None

    def _facts(self) -> Json:
        config = self._config
        settings = numbers(config, SETTINGS)
        settings["topK"] = max(0.0, settings.get("topK", 0.0))
        if at(config, "actor_rollout_ref.actor.use_kl_loss"):
            settings.update(numbers(config, {"beta": "actor_rollout_ref.actor.kl_loss_coef"}))
        elif at(config, "algorithm.use_kl_in_reward"):
            settings.update(numbers(config, {"beta": "algorithm.kl_ctrl.kl_coef"}))
        else:
            settings["beta"] = 0.0
        return {
            "title": self._title,
            "version": _version(),
            "model": str(at(config, "actor_rollout_ref.model.path") or ""),
            "seed": at(config, "data.seed"),
            "total_steps": at(config, "trainer.total_training_steps"),
            "config": config,
            "settings": settings,
        }

    @quiet
    def log(self, data: Dict[str, Any], step: int) -> None:
        """`data` has the metrics of a step, and of an evaluation after it; or those of an evaluation before the first step."""
        told = {name: value for name, value in ours(data, VERL).items() if not EVALUATION.match(name)}
        evaluated = {name: value for name, value in ours(data, {}).items() if EVALUATION.match(name)}
        run = self._logged.open(step - 1 if told else step)
        if run is None:
            return
        if told:
            if self._dumps:
                self._later(step, told)
            else:
                run.step(step, told, seconds=told.get("seconds/step"))
        if evaluated:
            accuracies = [value for name, value in evaluated.items() if ACCURACY.match(name)]
            run.evaluation(step, evaluated, accuracy=accuracies[0] if len(accuracies) == 1 else None)
        if told:
            self._logged.boundary(step)

    def _later(self, step: int, metrics: Dict[str, Any]) -> None:
        """verl writes its dump in a thread, and may be at it: a thread here waits for it, and training does not."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="grpo-studio-verl", daemon=True)
            self._thread.start()
        self._queue.put((step, metrics))

    def _work(self) -> None:
        while True:
            item = self._queue.get()
            if item is None:
                return
            self._report(*item)

    @quiet
    def _report(self, step: int, metrics: Dict[str, Any]) -> None:
        run = self._logged.run
        if run is None:
            return
        rows: List[Json] = wait_for(str(self._dumps), step, self._rows())
        if not rows:
            warn_once(f"verl dumped no texts of step {step} into {self._dumps}: they are not delivered.")
        for group in groups_of(step, rows):
            run.report(group)
        run.step(step, metrics, seconds=metrics.get("seconds/step"))

    def _rows(self) -> int:
        """Of a dump, as far as the configuration tells; 0 for unknown."""
        size = numbers(self._config, {"prompts": "data.train_batch_size", "n": "actor_rollout_ref.rollout.n"})
        return int(size.get("prompts", 0) * size.get("n", 0))

    def finish(self, exit_code: int = 0) -> None:
        if self._thread:
            self._queue.put(None)
            self._thread.join(30)
        self._logged.finish("failed" if exit_code else "finished", f"Exit code {exit_code}." if exit_code else "")


def _version() -> str:
    try:
        import verl

        return str(verl.__version__)
    except Exception:
        return ""


@quiet
def register() -> None:
    """Teaches verl's `Tracking` the name, once in a process."""
    from verl.utils.tracking import Tracking

    if NAME in Tracking.supported_backend:
        return
    Tracking.supported_backend = [*Tracking.supported_backend, NAME]
    begin, end = Tracking.__init__, Tracking.finish

    @functools.wraps(begin)
    def beginning(
        self: Any, project_name: str, experiment_name: str, default_backend: Any = "console", config: Any = None
    ) -> None:
        begin(self, project_name, experiment_name, default_backend, config)
        if NAME in ([default_backend] if isinstance(default_backend, str) else default_backend):
            self.logger[NAME] = VerlLogger(project_name, experiment_name, config)

    @functools.wraps(end)
    def ending(self: Any, exit_code: int = 0) -> None:
        mine = None if getattr(self, "_finished", False) else getattr(self, "logger", {}).get(NAME)
        end(self, exit_code)
        if mine:
            mine.finish(exit_code)

    Tracking.__init__, Tracking.finish = beginning, ending
