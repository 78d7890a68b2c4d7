"""Several processes that train one model: the first hears commands and reports, all of them do the same at the same step."""

from __future__ import annotations

from typing import Any, List


class Ranks:
    """Each method must be called by all processes, at the same place; with one process nothing is sent."""

    def __init__(self, trainer: Any) -> None:
        accelerator = trainer.accelerator
        self.count: int = accelerator.num_processes
        self.main: bool = accelerator.is_main_process

    def share(self, value: Any) -> Any:
        """The first process's value."""
        if self.count == 1:
            return value
        from accelerate.utils import broadcast_object_list

        box = [value]
        broadcast_object_list(box, from_process=0)
        return box[0]

    def collect(self, value: Any) -> List[Any]:
        """Every process's value, by process."""
        if self.count == 1:
            return [value]
        from accelerate.utils import gather_object

        return gather_object([value])
