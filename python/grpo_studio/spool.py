"""
What one process has reported and the app has not confirmed: a SQLite file. Adding is one transaction, so that a killed process leaves all of a
report or nothing; what was delivered is removed only after the app said that it is stored.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
import time
import zlib
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from .lock import FileLock

SCHEMA = """
create table if not exists report (seq integer primary key autoincrement, kind text not null, body blob not null);
create table if not exists aside (seq integer primary key, why text not null, body blob not null);
create table if not exists fact (name text primary key, value text not null);
"""


class Row(NamedTuple):
    seq: int
    body: bytes
    """JSON."""


class Spool:
    """
    One file of one writer. Threads need a `Spool` each: SQLite's connections are not shared.

    Raises `sqlite3.Error` and `OSError` where the disk does not do what is asked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(str(path), timeout=10, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    def append(self, reports: List[Tuple[str, bytes]]) -> None:
        """Kinds and JSON of reports, in order; all or nothing."""
        with _Transaction(self._db):
            self._db.executemany(
                "insert into report (kind, body) values (?, ?)", [(kind, _packed(body)) for kind, body in reports]
            )

    def batch(self, most: int, bytes_: int) -> List[Row]:
        """The oldest reports: at most so many, and of so many bytes together, but one at least."""
        rows: List[Row] = []
        size = 0
        for seq, packed in self._db.execute("select seq, body from report order by seq limit ?", (most,)):
            body = zlib.decompress(packed)
            if rows and size + len(body) > bytes_:
                break
            rows.append(Row(seq, body))
            size += len(body)
        return rows

    def forget(self, seq: int) -> None:
        """Reports up to this one are stored by the app."""
        self._db.execute("delete from report where seq <= ?", (seq,))

    def set_aside(self, row: Row, why: str, instead: bytes) -> None:
        """Keeps a report that the app cannot accept, apart; `instead` takes its place."""
        with _Transaction(self._db):
            self._db.execute("insert or replace into aside values (?, ?, ?)", (row.seq, why, _packed(row.body)))
            self._db.execute("update report set kind = 'event', body = ? where seq = ?", (_packed(instead), row.seq))

    def is_aside(self, seq: int) -> bool:
        return self._db.execute("select 1 from aside where seq = ?", (seq,)).fetchone() is not None

    def first(self) -> Optional[int]:
        """Number of the oldest report that waits."""
        return self._db.execute("select min(seq) from report").fetchone()[0]

    def last(self) -> int:
        """Number of the newest report that there ever was; 0 for none."""
        row = self._db.execute("select seq from sqlite_sequence where name = 'report'").fetchone()
        return row[0] if row else 0

    def waiting(self) -> int:
        return self._db.execute("select count(*) from report").fetchone()[0]

    def aside(self) -> int:
        return self._db.execute("select count(*) from aside").fetchone()[0]

    def fact(self, name: str, default: Any = None) -> Any:
        row = self._db.execute("select value from fact where name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else default

    def remember(self, **facts: Any) -> None:
        with _Transaction(self._db):
            for name, value in facts.items():
                self._db.execute("insert or replace into fact values (?, ?)", (name, json.dumps(value)))


class _Transaction:
    """`begin immediate` to `commit`, or `rollback` where an exception leaves it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("begin immediate")

    def __exit__(self, kind: Any, *_: Any) -> None:
        try:
            self._db.execute("rollback" if kind else "commit")
        except sqlite3.Error:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise


def _packed(body: bytes) -> bytes:
    return zlib.compress(body, 1)


def new_path(folder: Path, key: str) -> Path:
    """Of a new spool of a run; names of one run's spools are in the order in which they were made."""
    return folder / f"{key}.{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(3)}.db"


def writer_of(path: Path) -> str:
    """The writer's name: what follows the run's key."""
    return path.stem.partition(".")[2]


def key_of(path: Path) -> str:
    return path.name.partition(".")[0]


def lock_of(path: Path) -> FileLock:
    """Held by the process that delivers a spool."""
    return FileLock(path.with_suffix(".lock"))


def spools(folder: Path, key: str = "") -> Iterator[Path]:
    """Spools that there are, of one run or of all, oldest first."""
    yield from sorted(folder.glob(f"{key}.*.db" if key else "*.db"), key=writer_of)


def remove(path: Path) -> None:
    """A spool of which nothing waits any more."""
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")]
    for name in (path, *beside, path.with_suffix(".lock")):
        with contextlib.suppress(OSError):
            name.unlink()


def facts_of(opening: Dict[str, Any], path: Path) -> Dict[str, Any]:
    """What a new spool remembers: how to open the run, and under which name and from which number it reports."""
    return {"opening": opening, "opened": False, "writer": writer_of(path), "offset": 0}
