"""Delivers one spool, request by request, in order and once: what the app says that it has stored is forgotten here, and nothing else is."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List

from .clock import now
from .limits import REPORTS, dump, encode, joined, opening_within
from .quiet import warn_once
from .spool import Row, Spool
from .transport import Away, Refused, Transport

BYTES = 4 << 20
"""Of the reports of one delivery, where it has several."""

Heard = Callable[[List[Dict[str, Any]]], None]


class Session:
    """Of one thread, which made the spool's connection too."""

    def __init__(self, spool: Spool, key: str, transport: Transport, heard: Heard = lambda commands: None) -> None:
        self.spool = spool
        self.key = key
        self.opened = False
        self._transport = transport
        self._heard = heard
        self._most = REPORTS
        self._unknown = 0

    def advance(self) -> bool:
        """
        One request, where there is something to say; False if there was not.

        Raises `Away` where the app is not there, asks to wait, or takes nothing from this client.
        """
        if not self.opened:
            self._open()
            return True
        rows = self.spool.batch(self._most, BYTES)
        if not rows:
            return False
        self._send(rows)
        return True

    def drain(self) -> None:
        """Until nothing waits. Raises as `advance` does."""
        while self.advance():
            pass

    def _open(self) -> None:
        """Only the first opening of a spool says from where the run goes on: the app forgets what it has of later steps."""
        opening = opening_within(self.spool.fact("opening"))
        if self.spool.fact("opened"):
            opening["resumedFrom"] = None
        try:
            told = self._put(opening)
        except Refused as refused:
            if refused.status not in (400, 413):
                raise _away(refused) from None
            warn_once(f"The app refused the run's configuration ({refused}): the run is opened without it.")
            kept = ("title", "source", "startedAt", "resumedFrom", "knobs", "commands", "refusals")
            try:
                told = self._put({name: value for name, value in opening.items() if name in kept})
            except Refused as again:
                raise _away(again) from None
        self.spool.remember(opened=True)
        self.opened = True
        self._align(int(told.get("writers", {}).get(self.spool.fact("writer"), 0)))

    def _put(self, opening: Dict[str, Any]) -> Dict[str, Any]:
        return self._transport.call("PUT", f"/runs/{self.key}", dump(opening))

    def _send(self, rows: List[Row]) -> None:
        offset = self.spool.fact("offset")
        body = joined(self.spool.fact("writer"), offset, rows)
        try:
            told = self._transport.call("POST", f"/runs/{self.key}/reports", body)
        except Refused as refused:
            self._refused(refused, rows)
            return
        stored = min(int(told["seq"]) + offset, rows[-1].seq)
        if stored < rows[0].seq:
            raise Away("it stored nothing of a delivery")
        self.spool.forget(stored)
        self._most = min(REPORTS, self._most * 2)
        self._unknown = 0
        self._heard(told.get("commands", []))

    def _refused(self, refused: Refused, rows: List[Row]) -> None:
        if refused.status == 409 and "expected" in refused.body:
            self._align(int(refused.body["expected"]) - 1)
        elif refused.status == 404 and self._unknown < 2:
            self._unknown += 1
            self.opened = False
        elif refused.status in (400, 413) and len(rows) > 1:
            self._most = max(1, len(rows) // 2)
        elif refused.status in (400, 413) and not self.spool.is_aside(rows[0].seq):
            self._set_aside(rows[0], str(refused))
        else:
            raise _away(refused)

    def _align(self, stored: int) -> None:
        """
        Goes on after the report that the app has last of this writer. Where it lacks some that are gone here (it was opened on another data
        folder), or has more than this spool ever made (the machine lost power), the rest is told under another writer's name.
        """
        offset, first, last = self.spool.fact("offset"), self.spool.first(), self.spool.last()
        lacks = (last + 1 if first is None else first) - offset - 1 - stored
        if first is not None and lacks > 0:
            warn_once(f"The app does not have {lacks} reports of this run that it had confirmed: what follows is told.")
            self._rename(first - 1)
        elif stored > last - offset:
            self._rename((last + 1 if first is None else first) - 1)
        else:
            self.spool.forget(stored + offset)

    def _rename(self, offset: int) -> None:
        base, _, turn = self.spool.fact("writer").partition("_")
        self.spool.remember(writer=f"{base}_{int(turn or 0) + 1}", offset=offset)

    def _set_aside(self, row: Row, why: str) -> None:
        warn_once(f"The app cannot accept a report of run {self.key} ({why}): it is set aside in {self.spool.path}.")
        message = f"A report of the trainer could not be accepted, and is kept in its spool: {why}"
        event = {"kind": "event", "step": _step(row), "at": now(), "level": "warning", "message": message, "hint": ""}
        self.spool.set_aside(row, why, encode(event))


def _step(row: Row) -> int:
    step = json.loads(row.body).get("step")
    return step if isinstance(step, int) and 0 <= step <= 10**9 else 0


def _away(refused: Refused) -> Away:
    if refused.status in (401, 403):
        return Away(f"it does not know this client's token ({refused})")
    warn_once(f"The app refuses what this client says ({refused}): it is kept, and tried again every minute.")
    return Away(str(refused), 60)
