"""The thread that delivers what waits while training goes on: earlier spools of the run first, then its own, then what other runs left behind."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import List, Optional

from .leftovers import deliver_spool
from .quiet import log, warn_once
from .session import Heard, Session
from .spool import Spool, key_of, spools
from .transport import Away, Transport
from .where import address

SHORTEST, LONGEST = 0.25, 5.0
"""Seconds between two tries while the app is away: the first, and the most that they grow to."""


class Courier:
    """Of one spool, whose lock its process holds."""

    def __init__(self, path: Path, heard: Heard) -> None:
        self._path = path
        self._heard = heard
        self._state = threading.Condition()
        self._news = False
        self._stopping = False
        self._hurry = False
        self._tries = 0
        self.away: Optional[str] = None
        """Why nothing could be delivered at the last try; None where it could."""
        self.opened = threading.Event()
        """Set once the app knows the run."""
        self._idle = False
        self._thread = threading.Thread(target=self._work, name="grpo-studio-courier", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something new waits."""
        with self._state:
            self._news = True
            self._idle = False
            self._state.notify_all()

    def flush(self, timeout: float) -> bool:
        """Waits until nothing waits, or one more try found the app away; False for what is left after `timeout` seconds."""
        until = time.monotonic() + timeout
        self.wake()
        with self._state:
            self._hurry = True
            tries = self._tries
            while not self._idle and time.monotonic() < until:
                if self.away and self._tries > tries:
                    return False
                self._state.wait(max(0.0, min(0.2, until - time.monotonic())))
            return self._idle

    def stop(self, timeout: float) -> None:
        with self._state:
            self._stopping = True
            self._state.notify_all()
        self._thread.join(timeout)

    def _work(self) -> None:
        transport = Transport()
        wait = SHORTEST
        spool: Optional[Spool] = None
        session: Optional[Session] = None
        rest: Optional[List[Path]] = None
        while not self._stopping:
            try:
                if session is None:
                    for path in self._earlier():
                        deliver_spool(path, transport)
                    spool = Spool(self._path)
                    session = Session(spool, key_of(self._path), transport, self._heard)
                with self._state:
                    self._news = False
                while not self._stopping and session.advance():
                    self._reached()
                    wait = SHORTEST
                self._reached(idle=spool is not None and spool.waiting() == 0)
                if rest is None:
                    rest = [path for path in spools(self._path.parent) if key_of(path) != key_of(self._path)]
                if rest:
                    deliver_spool(rest.pop(0), transport)
                else:
                    self._wait_for_news()
            except (Away, sqlite3.Error, OSError) as error:
                if not isinstance(error, Away):
                    warn_once(f"{self._path} cannot be read ({error}): what it holds is delivered when it can.")
                after = error.after if isinstance(error, Away) else None
                self._failed(str(error))
                self._wait_out(after or wait * random.uniform(0.8, 1.2))
                wait = min(LONGEST, wait * 2)
        transport.close()
        if spool:
            spool.close()

    def _earlier(self) -> List[Path]:
        mine = self._path
        return [path for path in spools(mine.parent, key_of(mine)) if path.name < mine.name]

    def _reached(self, idle: bool = False) -> None:
        self.opened.set()
        with self._state:
            self.away = None
            self._idle = idle and not self._news
            self._state.notify_all()

    def _failed(self, why: str) -> None:
        if not self._tries:
            log.info("grpo-studio: the app is away (%s): reports wait in %s.", why, self._path)
        with self._state:
            self._tries += 1
            self.away = why
            self._state.notify_all()

    def _wait_for_news(self) -> None:
        with self._state:
            while not self._news and not self._stopping:
                self._state.wait(5)

    def _wait_out(self, seconds: float) -> None:
        """Ends early where the app tells of itself anew, or the run is about to end."""
        until, known = time.monotonic() + seconds, address()
        with self._state:
            while not self._stopping and time.monotonic() < until:
                self._state.wait(min(0.25, max(0.0, until - time.monotonic())))
                if self._hurry or address() != known:
                    break
            self._hurry = False
