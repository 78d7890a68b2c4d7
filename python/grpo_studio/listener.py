"""The thread that asks the app for what a person wants of the run, and so lets it know that the run lives."""

from __future__ import annotations

import threading

from .courier import LONGEST, SHORTEST
from .session import Heard
from .transport import Away, Refused, Transport

WAIT = 20
"""Seconds that the app may take to answer where there is nothing to say."""


class Listener:
    """Asks once the run is known: `opened` is set then."""

    def __init__(self, key: str, opened: threading.Event, heard: Heard) -> None:
        self._key = key
        self._opened = opened
        self._heard = heard
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="grpo-studio-listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The thread ends with the answer that it waits for."""
        self._stopping.set()

    def _work(self) -> None:
        transport = Transport()
        pause = SHORTEST
        while not self._stopping.is_set():
            if not self._opened.wait(0.5):
                continue
            try:
                told = transport.call("GET", f"/runs/{self._key}/commands?wait={WAIT}", timeout=WAIT + 10)
                self._heard(told.get("commands", []))
                pause = SHORTEST
            except (Away, Refused):
                self._stopping.wait(pause)
                pause = min(LONGEST, pause * 2)
        transport.close()
