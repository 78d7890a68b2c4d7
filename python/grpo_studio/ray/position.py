"""Where a run is, as its checkpoints keep it: one folder a checkpoint in the storage that all nodes of the cluster share."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Callable, Optional

from .parts import Part

NAME = "position.json"


@dataclass(frozen=True)
class Position:
    """Paths are below the run's folder; empty ones stand for what the run began with."""

    step: int = 0
    model: str = ""
    """Folder of the policy, as transformers has it."""
    optimizer: str = ""
    """File of the optimizer's state; empty: it is new."""
    optimizer_since: int = 0
    """Step after which it was new, and the learning rate warms up."""
    reference: str = ""
    """Folder of the model that the KL is measured against."""
    reference_step: int = 0
    """Step after which that became what it is."""
    tokens: int = 0
    """That training has seen."""
    stopped: bool = False
    """A person stopped the run here."""

    def entering(self, part: Part) -> "Position":
        """
        As a part begins. A stage that learns in another way than the one before begins with an optimizer of its own, and GRPO then measures its
        KL against the policy as it found it; stages of one kind in a row go on with what there is.
        """
        if not part.begins or part.kind in ("rejection-sampling", part.before) or part.before is None:
            return self
        entered = replace(self, optimizer="", optimizer_since=self.step)
        if part.kind == "grpo":
            entered = replace(entered, reference=self.model, reference_step=self.step)
        return entered


def folder_of(step: int) -> str:
    return f"step-{step:06d}"


def write(storage: Path, position: Position, fill: Callable[[Path], None] = lambda folder: None) -> Path:
    """A whole checkpoint or none: it is made beside its place. `fill` writes what else is in it."""
    final = storage / folder_of(position.step)
    making = storage / f".{final.name}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    fill(making)
    with (making / NAME).open("w", encoding="utf-8") as file:
        json.dump(asdict(position), file)
        file.flush()
        os.fsync(file.fileno())
    shutil.rmtree(final, ignore_errors=True)
    making.replace(final)
    return final


def newest(storage: Path) -> Position:
    """Of the last whole checkpoint; the beginning where there is none."""
    for folder in sorted(storage.glob("step-*"), reverse=True):
        position = _read(folder)
        if position:
            return position
    return Position()


def go_on(storage: Path) -> None:
    """A person who had stopped the run lets it go on."""
    position = newest(storage)
    if position.stopped:
        path = storage / folder_of(position.step) / NAME
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(replace(position, stopped=False))), encoding="utf-8")
        beside.replace(path)


def _read(folder: Path) -> Optional[Position]:
    try:
        return Position(**json.loads((folder / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
