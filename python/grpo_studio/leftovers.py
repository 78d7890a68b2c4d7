"""Spools of processes that ended before all was delivered."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Callable

from .quiet import warn_once
from .session import Session
from .spool import Spool, key_of, lock_of, remove
from .transport import Transport


def deliver_spool(path: Path, transport: Transport, told: Callable[[str], None] = lambda line: None) -> bool:
    """
    Delivers all of it and removes it; False where its process lives, or it cannot be read. One that holds reports that were
    set aside stays.

    Raises `Away` where the app is not there.
    """
    lock = lock_of(path)
    if not path.exists():
        return True
    if not lock.take():
        told(f"{path.name}: its process lives, and delivers it itself")
        return False
    try:
        spool = Spool(path)
        try:
            count, kept = spool.waiting(), spool.aside()
            if count and spool.fact("opening"):
                Session(spool, key_of(path), transport).drain()
                told(f"{path.name}: {count} reports delivered")
            kept = spool.aside()
        finally:
            spool.close()
        if not kept:
            remove(path)
        return True
    except sqlite3.DatabaseError as error:
        warn_once(f"{path} cannot be read ({error}): it is left as it is.")
        return False
    finally:
        lock.release()
