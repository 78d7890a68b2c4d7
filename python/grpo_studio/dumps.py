"""Texts that verl dumps: `N.jsonl` of step N, a line for each output, with `input`, `output`, `gts`, `score`, and what rewards tell beside it."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Dict, List

from .limits import Json

KNOWN = ("input", "output", "gts", "score", "step", "uid", "request_id")


def wait_for(folder: str, step: int, rows: int, timeout: float = 30) -> List[Json]:
    """
    The lines of a dump, when it is complete: it has `rows` lines, or has not grown for a second; empty where there is none after `timeout`
    seconds.
    """
    path = os.path.join(folder, f"{step}.jsonl")
    until = time.monotonic() + timeout
    size, since = -1, time.monotonic()
    while time.monotonic() < until:
        now = os.path.getsize(path) if os.path.exists(path) else -1
        if now != size:
            size, since = now, time.monotonic()
        if size > 0:
            lines = _lines(path)
            if (rows and len(lines) >= rows) or time.monotonic() - since > 1:
                return lines
        time.sleep(0.05)
    return []


def _lines(path: str) -> List[Json]:
    lines = []
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                lines.append(json.loads(line))
            except ValueError:
                break  # the last one is being written
    return lines


def groups_of(step: int, rows: List[Json]) -> List[Json]:
    """
    Reports of groups. verl's balancing of its batch mixes the outputs of different prompts, so they are put together again: by the sample
    that a uid (`sample_rollout_output`) names, where there is one, else by the prompt's text.
    """
    groups: Dict[str, List[Json]] = {}
    for row in rows:
        uid = str(row.get("uid") or "")
        sample = uid.rsplit("_", 2)[0] if uid.count("_") >= 2 else ""
        groups.setdefault(sample or str(row.get("input", "")), []).append(row)
    return [
        {
            "kind": "group",
            "step": step,
            "group": place,
            "prompt": str(group[0].get("input", "")),
            "answer": "" if group[0].get("gts") is None else str(group[0]["gts"]),
            "completions": [_completion(row) for row in group],
        }
        for place, group in enumerate(groups.values())
    ]


def _completion(row: Json) -> Json:
    """Beside the score, which is the reward, what a reward function tells has no weight in it."""
    parts = {"score": {"value": row.get("score"), "weight": 1}}
    for name, value in row.items():
        if name not in KNOWN and isinstance(value, (bool, int, float)):
            parts[name] = {"value": float(value), "weight": 0}
    return {"text": str(row.get("output", "")), "reward": _number(row.get("score")), "parts": parts}


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, (int, float)) else None
