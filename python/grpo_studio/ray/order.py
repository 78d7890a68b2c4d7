"""job.json: what is to be trained, by which settings, where. The working directory that it lies in holds all else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

from ..limits import Json
from .parts import Part, parts_of

VERSION = 1


def working_directory() -> Path:
    """As this process sees it: Ray unpacks it on each node, and puts it on Python's path."""
    return Path(__file__).resolve().parents[2]


class Order:
    """Raises `ValueError` for a version that this driver does not know."""

    def __init__(self, told: Json, folder: Path) -> None:
        if told.get("version") != VERSION:
            raise ValueError(f"job.json is of version {told.get('version')}, and this driver reads {VERSION}.")
        self.told = told
        self.folder = folder
        self.key = str(told["key"])
        self.title = str(told["title"])
        self.seed = int(told["seed"])
        self.rewards: List[str] = told["rewards"]
        self.stages: List[Json] = told["stages"]
        self.parts: List[Part] = parts_of(self.stages)
        self.workers: Dict[str, Any] = told["workers"]
        self.storage = Path(told["storage"]).expanduser() / self.key
        self.steps = self.parts[-1].last

    @classmethod
    def read(cls, path: Path) -> "Order":
        return cls(json.loads(path.read_text(encoding="utf-8")), path.resolve().parent)

    def part_after(self, step: int) -> Optional[Part]:
        """The part in which the step after this one is; None after the last."""
        return next((part for part in self.parts if part.last > step), None)

    @property
    def model(self) -> str:
        """The model that the run begins with: a folder, or a name of the hub."""
        model = self.told["model"]
        if "path" in model:
            return str(self.folder / model["path"])
        if not model.get("revision"):
            return str(model["hub"])
        from huggingface_hub import snapshot_download

        return snapshot_download(model["hub"], revision=model["revision"])

    def lines(self, name: str) -> List[Json]:
        """Of a file of problems, or none where there is no such file."""
        path = self.folder / "problems" / name
        return list(read_lines(path)) if path.exists() else []


def read_lines(path: Path) -> Iterator[Json]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)
