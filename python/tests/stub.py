"""
A server of the protocol that keeps what it stores in SQLite, as the app does, and misbehaves as it is told: it refuses, asks to wait, drops answers, dies.
Run by itself: `python stub.py DATA_FOLDER [share of answers that are dropped]`.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

TOKEN = "token-of-the-stub"
SCHEMA = """
create table if not exists run (key text primary key, opening text);
create table if not exists report (id integer primary key autoincrement, key text, writer text, seq integer, body text);
create unique index if not exists once on report (key, writer, seq);
create table if not exists command (id integer primary key, key text, body text);
"""


class Stub:
    """In this process, on a thread of its own. `refuse` gives the status for a report that is not taken, None for one that is."""

    def __init__(
        self, data: Path, drop: float = 0, refuse: Optional[Callable[[Dict[str, Any]], Optional[int]]] = None
    ) -> None:
        self.data = data
        self.drop = drop
        self.refuse = refuse or (lambda report: None)
        self.wait = 0.0
        """Seconds that a delivery is asked to wait, while more than 0."""
        self.redirect = ""
        """Another server to which deliveries are sent on."""
        self.openings: List[Dict[str, Any]] = []
        self.requests: List[Tuple[str, str]] = []
        self.closed = False
        self._lock = threading.Lock()
        data.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(str(data / "stub.db"), check_same_thread=False, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.executescript(SCHEMA)
        stub = self

        class Handler(_Handler):
            owner = stub

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        listening = data / "listening.json"
        beside = data / f"listening.{os.getpid()}"
        beside.write_text(json.dumps({"url": self.url, "token": TOKEN, "pid": os.getpid(), "version": 1}))
        beside.chmod(0o600)
        beside.replace(listening)

    def close(self) -> None:
        self.closed = True
        self.server.shutdown()
        self.server.server_close()
        (self.data / "listening.json").unlink()
        with self._lock:
            self._db.close()

    def reports(self, key: str, kind: str = "") -> List[Dict[str, Any]]:
        """In the order in which they came."""
        rows = self._rows("select body from report where key = ? order by id", key)
        return [report for report in (json.loads(row[0]) for row in rows) if not kind or report["kind"] == kind]

    def writers(self, key: str) -> List[str]:
        return [row[0] for row in self._rows("select distinct writer from report where key = ?", key)]

    def _rows(self, query: str, key: str) -> List[Any]:
        with self._lock:
            return [] if self.closed else self._db.execute(query, (key,)).fetchall()

    def command(self, key: str, id_: int, kind: str, **changes: float) -> None:
        told = {"id": id_, "kind": kind, "changes": changes, "note": "", "askedAt": "2026-01-01T00:00:00Z"}
        self._db.execute("insert into command values (?, ?, ?)", (id_, key, json.dumps(told)))

    def commands(self, key: str) -> List[Dict[str, Any]]:
        answered = {report["command"] for report in self.reports(key, "answer")}
        rows = self._rows("select id, body from command where key = ? order by id", key)
        return [json.loads(body) for id_, body in rows if id_ not in answered]

    def open(self, key: str, opening: Dict[str, Any]) -> Dict[str, Any]:
        with self._lock:
            self.openings.append(opening)
            self._db.execute("insert or replace into run values (?, ?)", (key, json.dumps(opening)))
            writers = dict(
                self._db.execute("select writer, max(seq) from report where key = ? group by writer", (key,))
            )
        return {"version": 1, "number": 1, "id": key, "lastStep": 0, "writers": writers}

    def deliver(self, key: str, delivery: Dict[str, Any]) -> Tuple[int, Dict[str, Any]]:
        with self._lock:
            if not self._db.execute("select 1 from run where key = ?", (key,)).fetchone():
                return 404, {"message": "no such run"}
            writer = delivery["writer"]
            found = self._db.execute(
                "select max(seq) from report where key = ? and writer = ?", (key, writer)
            ).fetchone()
            last = found[0] or 0
            self._db.execute("begin immediate")
            for one in delivery["reports"]:
                refused = self.refuse(one["report"])
                problem = refused or (409 if one["seq"] > last + 1 else None)
                if problem:
                    self._db.execute("rollback")
                    return problem, {"code": "bad-request", "message": "not this", "hint": "", "expected": last + 1}
                if one["seq"] == last + 1:
                    last += 1
                    row = (key, writer, last, json.dumps(one["report"]))
                    self._db.execute("insert into report (key, writer, seq, body) values (?, ?, ?, ?)", row)
            self._db.execute("commit")
        return 200, {"seq": last, "commands": self.commands(key)}


class _Handler(BaseHTTPRequestHandler):
    owner: Stub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _body(self) -> Any:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        return json.loads(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)

    def _say(self, status: int, told: Dict[str, Any], location: str = "") -> None:
        if random.random() < self.owner.drop or self.owner.closed:
            self.close_connection = True
            return
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(body)

    def _work(self) -> None:
        body = self._body() if self.command != "GET" else None
        if self.owner.closed:
            self.close_connection = True
            return None
        self.owner.requests.append((self.command, self.path))
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            return self._say(401, {"message": "wrong token"})
        key = self.path.split("/")[4]
        if self.command == "PUT":
            return self._say(200, self.owner.open(key, body))
        if self.command == "POST" and self.owner.redirect:
            return self._say(302, {}, self.owner.redirect + self.path)
        if self.command == "POST":
            if self.owner.wait:
                return self._say(503, {"message": "wait", "retryAfter": self.owner.wait})
            return self._say(*self.owner.deliver(key, body))
        until = time.monotonic() + 2
        while not self.owner.commands(key) and not self.owner.closed and time.monotonic() < until:
            time.sleep(0.02)
        return self._say(200, {"commands": self.owner.commands(key)})

    do_GET = do_PUT = do_POST = _work


if __name__ == "__main__":
    Stub(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print("listening", flush=True)
    threading.Event().wait()
