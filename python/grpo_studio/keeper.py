"""
Puts reports into the spool in a thread of its own, so that a slow or full disk holds up nobody for longer than a bound. What the disk does not take
waits in memory; what there is no room for either is counted and told, never dropped in silence.
"""

from __future__ import annotations

import collections
import shutil
import sqlite3
import threading
import time
from pathlib import Path
from typing import Callable, Deque, List, Optional, Tuple

from .clock import now
from .limits import Json, encode
from .quiet import log, warn_once
from .spool import Spool

RESERVE = 512 << 20
"""Bytes that are left free on the spool's disk: with less, texts are not kept any more."""
MEMORY = 256 << 20
"""Bytes of reports that wait in memory for a disk that takes none."""
RETRY = 1.0
"""Seconds between two tries at a disk that took nothing."""


class Keeper:
    """Of one spool; `kept` is called, in the thread, after reports were added."""

    def __init__(self, path: Path, kept: Callable[[], None], reserve: int = RESERVE, memory: int = MEMORY) -> None:
        self._path = path
        self._kept = kept
        self._reserve = reserve
        self._memory = memory
        self._inbox: Deque[Tuple[Json, threading.Event]] = collections.deque()
        self._wake = threading.Event()
        self._closing = False
        self._lost: List[int] = []
        self._thread = threading.Thread(target=self._work, name="grpo-studio-keeper", daemon=True)
        self._thread.start()

    def append(self, report: Json, wait: float) -> None:
        """Waits at most `wait` seconds for the report to be on disk; it comes there later otherwise."""
        done = threading.Event()
        self._inbox.append((report, done))
        self._wake.set()
        done.wait(wait)

    def close(self, timeout: float) -> bool:
        """Ends the thread when all is on disk; False if that was not so within `timeout` seconds."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        waiting: List[Tuple[str, bytes, Optional[int]]] = []
        spool: Optional[Spool] = None
        while True:
            taken = self._take(waiting)
            if waiting or self._tells_of_lost():
                try:
                    spool = spool or Spool(self._path)
                    self._add(spool, waiting)
                    waiting.clear()
                    self._kept()
                except (sqlite3.Error, OSError) as error:
                    warn_once(f"{self._path} takes no reports ({error}): they wait in memory until it does.")
                    self._thin(waiting)
            for done in taken:
                done.set()
            if not self._inbox:
                if self._closing and not waiting and not self._lost:
                    break
                self._wake.wait(RETRY if waiting or self._lost else None)
                self._wake.clear()
            elif waiting:
                time.sleep(min(RETRY, 0.05))
        if spool:
            spool.close()

    def _take(self, waiting: List[Tuple[str, bytes, Optional[int]]]) -> List[threading.Event]:
        """Encodes what came in, in order."""
        taken: List[threading.Event] = []
        room = self._has_room()
        while self._inbox and len(taken) < 64:
            report, done = self._inbox.popleft()
            taken.append(done)
            try:
                if report["kind"] == "group" and not room:
                    self._leave_out(report["step"])
                else:
                    waiting.append((report["kind"], encode(report), report.get("step")))
            except Exception as error:
                warn_once(f"A report of kind {report.get('kind')} could not be written ({error}): it is left out.")
        return taken

    def _add(self, spool: Spool, waiting: List[Tuple[str, bytes, Optional[int]]]) -> None:
        told = []
        if self._tells_of_lost():
            told = [("event", encode(_told(self._lost)))]
        spool.append([(kind, body) for kind, body, _ in waiting] + told)
        if told:
            self._lost.clear()

    def _tells_of_lost(self) -> bool:
        return bool(self._lost) and (self._closing or self._has_room())

    def _has_room(self) -> bool:
        try:
            return shutil.disk_usage(self._path.parent).free >= self._reserve
        except OSError:
            return True

    def _leave_out(self, step: int) -> None:
        self._lost.append(step)
        warn_once(
            f"Less than {self._reserve >> 20} MiB are free on the disk of {self._path.parent}: prompts and completions are not kept until there "
            "is room; metrics are. Open the app, so that it takes what waits, or free some space."
        )

    def _thin(self, waiting: List[Tuple[str, bytes, Optional[int]]]) -> None:
        """Keeps what waits in memory within its bound: the oldest groups go first."""
        size = sum(len(body) for _, body, _ in waiting)
        if size <= self._memory:
            return
        kept = []
        for kind, body, step in waiting:
            if kind == "group" and size > self._memory:
                size -= len(body)
                self._leave_out(step or 0)
            else:
                kept.append((kind, body, step))
        waiting[:] = kept


def _told(lost: List[int]) -> Json:
    first, last = min(lost), max(lost)
    log.warning("grpo-studio: %d groups of steps %d to %d were not kept.", len(lost), first, last)
    message = f"{len(lost)} groups of steps {first} to {last} were not kept: the disk of the client's spool was full."
    hint = "Free some space there, or set GRPO_STUDIO_SPOOL to a folder on another disk."
    return {"kind": "event", "step": last, "at": now(), "level": "warning", "message": message, "hint": hint}
