"""What a part of a run leaves on the disk after a step, and what the next one begins with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

import torch

from .order import Order
from .parts import Part
from .position import Position, folder_of, write

MODEL, OPTIMIZER, REFERENCE = "model", "optimizer.pt", "reference"


class Checkpoints:
    """Of one part, from the position in which it is entered. Called by all workers; the first writes."""

    def __init__(self, order: Order, part: Part, position: Position) -> None:
        self._order = order
        self._part = part
        self.position = position
        self.reference_changed = False
        """The reference model is no longer what lies in the position's folder."""

    def model(self) -> str:
        return str(self._order.storage / self.position.model) if self.position.model else self._order.model

    def reference(self) -> str:
        return str(self._order.storage / self.position.reference) if self.position.reference else self._order.model

    def optimizer(self) -> Optional[Path]:
        return self._order.storage / self.position.optimizer if self.position.optimizer else None

    def write(self, trainer: Any, step: int, stopped: bool = False) -> Path:
        """Of a trainer that has updated its model. @returns its folder"""
        at, before = folder_of(step), self.position
        changed = self.reference_changed
        told = replace(before, step=step, model=f"{at}/{MODEL}", optimizer=f"{at}/{OPTIMIZER}", stopped=stopped)
        told = replace(told, tokens=int(trainer.state.num_input_tokens_seen) or before.tokens)
        if changed:
            told = replace(told, reference=f"{at}/{REFERENCE}")
        self.position, self.reference_changed = told, False
        if not trainer.accelerator.is_main_process:
            return self._order.storage / at

        def fill(folder: Path) -> None:
            unwrapped = trainer.accelerator.unwrap_model(trainer.model)
            unwrapped.save_pretrained(folder / MODEL)
            trainer.processing_class.save_pretrained(folder / MODEL)
            optimizer = getattr(trainer.optimizer, "optimizer", trainer.optimizer)
            torch.save(optimizer.state_dict(), folder / OPTIMIZER)
            if changed:
                trainer.accelerator.unwrap_model(trainer.ref_model).save_pretrained(folder / REFERENCE)

        made = write(self._order.storage, told, fill)
        if before.step != step and before.optimizer:
            (self._order.storage / before.optimizer).unlink(missing_ok=True)  # training goes on from the newest alone
        return made

    def note(self, step: int, stopped: bool = False) -> Path:
        """Of a step in which nothing was trained."""
        self.position = replace(self.position, step=step, stopped=stopped)
        return write(self._order.storage, self.position)
