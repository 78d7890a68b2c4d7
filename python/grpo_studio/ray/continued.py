"""A trainer that goes on with what an earlier one left: its optimizer, its warm-up, its place in the run. For any of TRL's trainers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, List, Optional

import torch


class Continued:
    """Beside a trainer's class. `begin` before it trains, `save` in place of its own checkpoints."""

    _state: Optional[Path] = None
    _since = 0
    _warmup = 0
    _updates = 1
    _write: Callable[[], None]

    def begin(self, state: Optional[Path], since: int, warmup: int, updates: int, write: Callable[[], None]) -> None:
        """
        `state`: file of the optimizer's, None for a new one. `since`: steps that it has made. `warmup`: steps over which the rate rises.
        `updates`: of the weights in a step. `write`: writes a checkpoint.
        """
        self._state, self._since, self._warmup, self._updates, self._write = state, since, warmup, updates, write

    def get_decay_parameter_names(self, model: Any) -> List[str]:
        """All of them, as the app's own optimizer has it."""
        return [name for name, _ in model.named_parameters()]

    def create_optimizer(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_optimizer(*args, **kwargs)  # type: ignore[misc]
        if self._state is not None:
            made.load_state_dict(torch.load(self._state, map_location="cpu", weights_only=True))
            for group in made.param_groups:
                group["lr"] = group["initial_lr"] = self.args.learning_rate  # type: ignore[attr-defined]
                group["weight_decay"] = self.args.weight_decay  # type: ignore[attr-defined]
                group["betas"] = (self.args.adam_beta1, self.args.adam_beta2)  # type: ignore[attr-defined]
        return made

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """The rate rises linearly, from its share of the first step on; all updates of a step have one rate."""
        from torch.optim.lr_scheduler import LambdaLR

        def share(update: int) -> float:
            step = self._since + update // self._updates + 1
            return min(1.0, step / self._warmup) if self._warmup else 1.0

        if self.lr_scheduler is None:  # type: ignore[has-type]
            self.lr_scheduler = LambdaLR(optimizer or self.optimizer, share)  # type: ignore[attr-defined]
        return self.lr_scheduler

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        self._write()
