"""What a run needs to go on as the same run from a checkpoint: `grpo-studio.json` in the trainer's output folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterable, List

from .quiet import quiet
from .run import new_key

NAME = "grpo-studio.json"


class Kept:
    """
    `key` of the run, and what was changed while it trained, by step. `resumed`: whether training goes on after a step. A key that is given is
    that of the run whatever the folder says.
    """

    def __init__(self, folder: str, resumed: bool, key: str = "") -> None:
        self._path = Path(folder) / NAME
        known = _read(self._path) if resumed else {}
        self.key: str = key or known.get("key") or new_key()
        self._changes: List[Dict[str, Any]] = known.get("changes", [])

    @quiet
    def write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps({"key": self.key, "changes": self._changes}), "utf-8")
        beside.replace(self._path)

    def changed(self, step: int, settings: Dict[str, float]) -> None:
        """In force from this step on."""
        self._changes.append({"step": step, "settings": settings})
        self.write()

    def planned(self, step: int, names: Iterable[str]) -> None:
        """After this step the plan itself says these: what was changed before is over."""
        told = {"step": step, "planned": sorted(names)}
        if told not in self._changes:
            self._changes.append(told)
            self.write()

    def rewind(self, step: int) -> Dict[str, float]:
        """What is in force after a step; what was changed later is forgotten, as training goes on from there."""
        self._changes = [one for one in self._changes if one["step"] <= step]
        changed: Dict[str, float] = {}
        for one in self._changes:
            for name in one.get("planned", ()):
                changed.pop(name, None)
            changed.update(one.get("settings", {}))
        return changed


def _read(path: Path) -> Dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
        return told if isinstance(told, dict) else {}
    except (OSError, ValueError):
        return {}
