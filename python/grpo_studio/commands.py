"""What a person asks of the run: each command once, in order, to whoever trains."""

from __future__ import annotations

import collections
import threading
from typing import Any, Deque, Dict, List, NamedTuple, Set


class Command(NamedTuple):
    id: int
    kind: str
    """`set`, `pause`, `resume`, `step`, `stop` or `save`."""
    changes: Dict[str, float]
    """Of `set`: values by our names of knobs."""
    note: str


class Commands:
    """The app repeats a command until it hears its answer; here it comes once."""

    def __init__(self) -> None:
        self._known: Set[int] = set()
        self._new: Deque[Command] = collections.deque()
        self._state = threading.Condition()

    def heard(self, told: List[Dict[str, Any]]) -> None:
        with self._state:
            for one in sorted(told, key=lambda one: int(one["id"])):
                if one["id"] not in self._known:
                    self._known.add(one["id"])
                    changes = {str(name): float(value) for name, value in (one.get("changes") or {}).items()}
                    self._new.append(Command(one["id"], one["kind"], changes, one.get("note") or ""))
            self._state.notify_all()

    def take(self, wait: float = 0) -> List[Command]:
        """Those that are new, after at most `wait` seconds for the first of them."""
        with self._state:
            if not self._new and wait > 0:
                self._state.wait(wait)
            taken = list(self._new)
            self._new.clear()
            return taken
