"""What the app is told of a GRPO part: by the client's own callback, with the run's steps and settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from ..limits import Json
from ..quiet import quiet
from ..trl.callback import GrpoStudioCallback, checkpoint_report
from ..trl.course import Course
from .order import Order
from .parts import Part

PATIENCE = 60
"""Seconds that the end of a part may wait until all is delivered: what is left then is delivered by the next one on this machine."""


class Reporter(GrpoStudioCallback):
    def __init__(self, order: Order, part: Part, course: Course) -> None:
        super().__init__(title=order.title, timeout=PATIENCE, key=order.key, course=course)
        self._order = order
        self._part = part
        self.saved: Optional[Path] = None
        """Folder of the newest checkpoint."""

    def tell(self, report: Optional[Json]) -> None:
        """After the step that it belongs to."""
        if report and self._run:
            self._told_after(report)

    @property
    def stopped(self) -> bool:
        return self._steering is not None and self._steering.stopped

    @quiet
    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.saved:
            self.tell(checkpoint_report(self._course.step(self._trainer), str(self.saved)))

    def _facts(self) -> Json:
        return run_facts(self._order, self._part, super()._facts())


def run_facts(order: Order, part: Part, of_trainer: Json) -> Json:
    """What a trainer says of itself, for the run as a whole: settings that it does not know are the recipe's."""
    numbers = {
        name: value
        for name, value in part.settings.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    steps = ("groupSize", "promptsPerStep", "innerEpochs")
    told = {name: value for name, value in of_trainer["settings"].items() if name not in steps}
    return {
        **of_trainer,
        "title": order.title,
        "model": str(order.told["model"].get("hub", "")),
        "seed": order.seed,
        "total_steps": order.steps,
        "settings": {**numbers, **told},
    }
