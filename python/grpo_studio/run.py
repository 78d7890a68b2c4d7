"""A run that the app shows. A call takes `bound` seconds at most, and none of them raises because of the app or the disk."""

from __future__ import annotations

import atexit
import os
import secrets
import socket
from pathlib import Path
from typing import Any, List, Mapping, Optional, Sequence

from .clock import now
from .commands import Command, Commands
from .courier import Courier
from .keeper import Keeper
from .limits import Json, opening_within
from .listener import Listener
from .quiet import log, quiet, warn_once
from .spool import Spool, facts_of, lock_of, new_path, remove
from .version import VERSION
from .where import spool_folder

BOUND = 0.05
"""Seconds that a call may take, unless told otherwise."""


class Run:
    """
    One process's view of a run; several processes of one run share its `key`, and one of them answers commands.

    `settings`, and the keys of `knobs` and `refusals`, go by the app's names (`temperature`, `learningRate`, `rewardWeights.NAME` …).
    `resumed_from`: the step after which the run goes on, of one process alone: what the app has of later steps is forgotten.
    `listen`: whether this process asks for commands. `bound`: seconds that a call may take.
    """

    def __init__(
        self,
        title: str,
        engine: str,
        *,
        version: str = "",
        model: str = "",
        seed: Optional[int] = None,
        total_steps: Optional[int] = None,
        config: Optional[Mapping[str, Any]] = None,
        settings: Optional[Mapping[str, float]] = None,
        rewards: Optional[Mapping[str, float]] = None,
        knobs: Sequence[str] = (),
        commands: Sequence[str] = (),
        refusals: Optional[Mapping[str, str]] = None,
        key: Optional[str] = None,
        resumed_from: Optional[int] = None,
        listen: bool = True,
        bound: float = BOUND,
        folder: Optional[Path] = None,
    ) -> None:
        self.key = key or new_key()
        self.bound = bound
        self._commands = Commands()
        self._pid = os.getpid()
        self._ended = False
        self._keeper: Optional[Keeper] = None
        self._listener: Optional[Listener] = None
        self._begin(
            {
                "title": title,
                "source": {"engine": engine, "version": version, "client": VERSION, "machine": socket.gethostname()},
                "model": model,
                "seed": seed,
                "totalSteps": total_steps,
                "startedAt": now(),
                "config": dict(config or {}),
                "settings": dict(settings or {}),
                "rewards": [{"name": name, "weight": weight} for name, weight in (rewards or {}).items()],
                "knobs": list(knobs),
                "commands": list(commands),
                "refusals": dict(refusals or {}),
                "resumedFrom": resumed_from,
            },
            folder or spool_folder(),
            listen,
        )
        atexit.register(self.close)

    @quiet
    def _begin(self, opening: Json, folder: Path, listen: bool) -> None:
        self._path = new_path(folder, self.key)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = lock_of(self._path)
        self._lock.take()
        spool = Spool(self._path)
        spool.remember(**facts_of(opening_within(opening), self._path))
        spool.close()
        self._courier = Courier(self._path, self._commands.heard)
        self._keeper = Keeper(self._path, self._courier.wake)
        if listen:
            self._listener = Listener(self.key, self._courier.opened, self._commands.heard)

    @quiet
    def report(self, report: Json) -> None:
        """
        Any report of the protocol, as JSON has it. Waits until it is on disk, `bound` seconds at most; but for a group not at all, since a
        step that is on disk has its groups before it.
        """
        if self._keeper and not self._ended and os.getpid() == self._pid:
            self._keeper.append(report, 0 if report["kind"] == "group" else self.bound)

    def group(self, step: int, group: int, prompt: str, completions: List[Json], answer: str = "") -> None:
        """The outputs to one prompt of a step; see the protocol for what a completion may have."""
        self.report(
            {
                "kind": "group",
                "step": step,
                "group": group,
                "prompt": prompt,
                "answer": answer,
                "completions": completions,
            }
        )

    def step(
        self,
        step: int,
        metrics: Mapping[str, Optional[float]],
        *,
        seconds: Optional[float] = None,
        settings: Optional[Mapping[str, float]] = None,
    ) -> None:
        """Closes a step, after its groups. `seconds` since the step before, pauses not counted; `settings` in force in it."""
        self.report(
            {
                "kind": "step",
                "step": step,
                "at": now(),
                "seconds": seconds,
                "metrics": dict(metrics),
                "settings": dict(settings or {}),
            }
        )

    def evaluation(
        self,
        step: int,
        metrics: Mapping[str, Optional[float]],
        accuracy: Optional[float] = None,
        prompts: Optional[int] = None,
    ) -> None:
        """`accuracy` from 0 to 1, over so many prompts, where they are known."""
        told = {"kind": "evaluation", "step": step, "at": now(), "metrics": dict(metrics)}
        self.report({**told, "accuracy": accuracy, "prompts": prompts})

    def checkpoint(self, step: int, path: str, size: Optional[int] = None) -> None:
        """`size` in bytes."""
        self.report({"kind": "checkpoint", "step": step, "at": now(), "path": path[:4000], "bytes": size})

    def event(self, step: int, message: str, level: str = "info", hint: str = "") -> None:
        """Something that a person should read; `level` is `info`, `warning` or `error`."""
        self.report({"kind": "event", "step": step, "at": now(), "level": level, "message": message, "hint": hint})

    def status(self, step: int, status: str, message: str = "") -> None:
        """`running`, `paused`, `finished`, `stopped`, or `failed` with why."""
        self.report({"kind": "status", "step": step, "at": now(), "status": status, "message": message})

    def answer(
        self,
        command: Command,
        step: int,
        *,
        before: Optional[Mapping[str, float]] = None,
        settings: Optional[Mapping[str, float]] = None,
        refused: Optional[str] = None,
    ) -> None:
        """The command holds from this step on, or is refused with this sentence."""
        told = {"kind": "answer", "command": command.id, "effectiveStep": step, "refused": refused}
        self.report({**told, "before": dict(before or {}), "settings": dict(settings or {})})

    def commands(self, wait: float = 0) -> List[Command]:
        """New ones, each once, after at most `wait` seconds for the first."""
        return self._commands.take(wait)

    def finish(self, step: int, status: str = "finished", message: str = "", timeout: float = 5) -> None:
        """Tells the end, and waits at most `timeout` seconds until all is delivered; what is left stays in the spool."""
        self.status(step, status, message)
        self.close(timeout)

    @quiet
    def close(self, timeout: float = 2) -> None:
        """Waits at most `timeout` seconds until all is delivered, without telling an end. Nothing can be reported afterwards."""
        if self._ended or not self._keeper or os.getpid() != self._pid:
            return
        self._ended = True
        if self._listener:
            self._listener.stop()
        kept = self._keeper.close(max(timeout, 2))
        done = self._courier.flush(timeout) and kept
        self._courier.stop(0.5 if done else 0.1)
        if not kept:
            warn_once(f"{self._path} did not take the last reports in time.")
        self._clear(done)
        atexit.unregister(self.close)

    def _clear(self, done: bool) -> None:
        spool = Spool(self._path)
        left, aside = spool.waiting(), spool.aside()
        spool.close()
        if left:
            why = self._courier.away or "there was not enough time"
            log.warning(
                "grpo-studio: %d reports wait in %s (%s). The next run delivers them, or: python -m grpo_studio deliver",
                left,
                self._path,
                why,
            )
        elif done and not aside:
            remove(self._path)
        self._lock.release()


def new_key() -> str:
    """Of a run that there was not yet."""
    return secrets.token_hex(8)
