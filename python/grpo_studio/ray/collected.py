"""What rejection-sampling stages keep: files of JSON lines in the run's folder, which supervised stages learn from."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Dict, List, Set

from ..limits import Json
from .order import Order, read_lines
from .parts import Part


def collection_file(order: Order, stage: int) -> Path:
    return order.storage / "collected" / f"stage-{stage}.jsonl"


class Collection:
    """Goes on with what is there of the steps up to this one; what came later is made again."""

    def __init__(self, path: Path, last: int) -> None:
        self._path = path
        self._kept: Dict[str, Set[str]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line for line in read_lines(path) if line["step"] <= last] if path.exists() else []
        beside = path.with_suffix(".new")
        beside.write_text("".join(_line(line) for line in lines), encoding="utf-8")
        beside.replace(path)
        for line in lines:
            self.remember(line)

    def remember(self, line: Json) -> None:
        self._kept.setdefault(line["prompt"], set()).add(line["completion"])

    def flaw(self, line: Json, most: int) -> str:
        """Why this answer is not kept beside those that are; empty: it is."""
        kept = self._kept.get(line["prompt"], set())
        if line["completion"] in kept:
            return "duplicate"
        return "surplus" if len(kept) >= most else ""

    def write(self, lines: List[Json]) -> None:
        """On the disk when it returns."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write("".join(_line(line) for line in lines))
            file.flush()
            os.fsync(file.fileno())


def _line(line: Json) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"


def lessons_from(order: Order, part: Part) -> List[Json]:
    """{prompt, completion} of a supervised stage: those that the app wrote out, and those that earlier stages collected."""
    lessons = order.lines(f"stage-{part.stage}.jsonl")
    sources = part.own["data"] if isinstance(part.own["data"], list) else [part.own["data"]]
    for source in sources:
        if not isinstance(source, dict) or "stage" not in source:
            continue
        stage = next(at for at, one in enumerate(order.stages[: part.stage]) if one["name"] == source["stage"])
        path = collection_file(order, stage)
        lessons += list(read_lines(path)) if path.exists() else []
    return lessons
