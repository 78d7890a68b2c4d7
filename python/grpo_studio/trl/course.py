"""Where in a run a training is: a run may consist of several, and a step of several updates of the weights."""

from __future__ import annotations

from typing import Any


class Course:
    """
    `before`: steps of the run before this training. `updates`: of the weights, in a step; the trainer counts these. `last`: the run ends
    with this training.
    """

    def __init__(self, before: int = 0, updates: int = 1, last: bool = True) -> None:
        self.before = before
        self.updates = updates
        self.last = last

    def step(self, trainer: Any) -> int:
        """The last that is whole."""
        return self.before + int(trainer.state.global_step) // self.updates

    def whole(self, trainer: Any) -> bool:
        """Whether the trainer has just ended a step."""
        return int(trainer.state.global_step) % self.updates == 0

    def ends(self, trainer: Any) -> bool:
        return bool(trainer.control.should_training_stop or trainer.state.global_step >= trainer.state.max_steps)
