"""What the app is told of parts that are no training by GRPOTrainer, step by step, and what a person asks between two of them."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from ..kept import Kept
from ..limits import Json
from ..quiet import quiet
from ..run import Run
from ..trl.course import Course
from ..trl.facts import SECRET, version
from ..trl.knobs import Knob
from ..trl.ranks import Ranks
from ..trl.steering import Steering
from .order import Order
from .parts import Part
from .reporter import PATIENCE, run_facts

Knobs = Dict[str, Knob]


class Teller:
    """In all workers; the first reports. `knobs` can be turned; `refused` says why no others can."""

    def __init__(self, order: Order, part: Part, trainer: Any, course: Course, knobs: Knobs, refused: str) -> None:
        self._trainer, self._course = trainer, course
        self._knobs = knobs
        ranks = Ranks(trainer)
        kept = Kept(str(order.storage), True, order.key) if ranks.main else None
        again = ranks.share(kept.rewind(course.before) if kept else None)
        self._run: Optional[Run] = None
        if kept:
            told = run_facts(order, part, self._facts(refused))
            self._run = Run(engine="trl", key=order.key, resumed_from=course.before or None, **told)
            kept.write()
        self._steering = Steering(trainer, ranks, self._run, kept, course, lambda _: knobs)
        self._steering.again(again)

    def _facts(self, refused: str) -> Json:
        config = self._trainer.args.to_dict()
        return {
            "version": version(),
            "config": {name: value for name, value in config.items() if not SECRET.search(name)},
            "settings": self.values(),
            "rewards": {},
            "knobs": list(self._knobs),
            "refusals": {"learningRate": refused} if "learningRate" not in self._knobs else {},
            "commands": ["pause", "resume", "step", "stop", "save"],
        }

    def values(self) -> Dict[str, float]:
        read = {name: knob.read(self._trainer) for name, knob in self._knobs.items()}
        return {name: value for name, value in read.items() if value is not None}

    @quiet
    def sampling(self) -> None:
        self._steering.sampling()

    def tell(self, report: Optional[Json]) -> None:
        if self._run and report:
            self._run.report(report)

    def step(self, step: int, metrics: Dict[str, Optional[float]], seconds: float, groups: List[Json]) -> None:
        for group in groups:
            self.tell(group)
        if self._run:
            self._run.step(step, metrics, seconds=seconds, settings=self.values())

    def boundary(self, step: int) -> None:
        """Returns when the next step may begin."""
        self._steering.boundary(step)

    @property
    def stopped(self) -> bool:
        return self._steering.stopped

    def end(self, step: int) -> None:
        self._steering.end(step)
        run, self._run = self._run, None
        if not run:
            return
        if self._course.last or self.stopped:
            run.finish(step, "stopped" if self.stopped else "finished", timeout=PATIENCE)
        else:
            run.close(PATIENCE)

    def failed(self, error: BaseException) -> None:
        run, self._run = self._run, None
        if run:
            run.finish(self._course.step(self._trainer), "failed", f"{type(error).__name__}: {error}", PATIENCE)
