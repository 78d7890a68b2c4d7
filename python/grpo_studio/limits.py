"""What the app accepts at once, and how a report that is beyond it is made to fit, visibly. The numbers are those of the protocol."""

from __future__ import annotations

import json
import math
from typing import Any, Dict, List

BODY = 16 << 20
"""Bytes of a request."""
REPORT = BODY - (64 << 10)
"""Bytes of one report: a request has a few more around it."""
TEXT = 10_000_000
"""UTF-16 code units of one text."""
REPORTS = 1000
COMPLETIONS = 1024
METRICS = 1000
REWARDS = 64
TOKENS = 200_000
NAME = 200

Json = Dict[str, Any]


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text) + sum(1 for sign in text if sign > "\uffff")


def shorten(text: str, most: int) -> str:
    """At most so many UTF-16 code units of it; what was cut is told at its end."""
    if units(text) <= most:
        return text
    mark = f"\n[… shortened by grpo-studio: {len(text)} characters in all]"
    kept = text[: max(0, most - len(mark))]
    while kept and units(kept) + len(mark) > most:
        kept = kept[: len(kept) - max(1, (units(kept) + len(mark) - most + 1) // 2)]
    return (kept + mark)[:most]


def plain(value: Any) -> Any:
    """As JSON has it: numbers that are not finite become null, lone surrogates a replacement sign, what JSON lacks its text."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "size", None) == 1:
        return plain(value.item())
    return str(value)


def fit(report: Json) -> Json:
    """The report within the limits of each of its parts."""
    kind = report["kind"]
    if kind == "group":
        report = {
            **report,
            "prompt": shorten(report["prompt"], TEXT),
            "answer": shorten(report.get("answer", ""), TEXT),
        }
        report["domain"] = shorten(report.get("domain", ""), 60)
        report["completions"] = [_completion(one) for one in report["completions"][:COMPLETIONS]]
    elif kind in ("step", "evaluation"):
        metrics = {name[:NAME]: value for name, value in list(report["metrics"].items())[:METRICS] if name}
        report = {**report, "metrics": metrics}
    elif kind in ("event", "status"):
        report = {**report, "message": shorten(report.get("message", ""), 20_000)}
        if kind == "event":
            report.update(message=report["message"] or "(no words)", hint=shorten(report.get("hint", ""), 2000))
    elif kind == "answer" and report.get("refused") is not None:
        report = {**report, "refused": shorten(report["refused"], 2000)}
    return report


def _completion(one: Json) -> Json:
    one = {**one, "text": shorten(one["text"], TEXT)}
    parts = list(one.get("parts", {}).items())[:REWARDS]
    one["parts"] = {
        name[:NAME]: {**part, "reason": shorten(part.get("reason", ""), 20_000)} for name, part in parts if name
    }
    if max(len(one.get("tokenTexts") or ()), len(one.get("logprobs") or ())) > TOKENS:
        one = _without_tokens(one)
    return one


def _without_tokens(one: Json) -> Json:
    return {key: value for key, value in one.items() if key not in ("tokenTexts", "logprobs")}


def encode(report: Json) -> bytes:
    """
    As JSON in UTF-8, at most REPORT bytes: of a group that is larger the tokens are left out, and then texts are shortened, the longest
    most, with a mark at their end.
    """
    try:
        body = dump(fit(report))
    except (TypeError, ValueError):
        report = plain(report)
        body = dump(fit(report))
    if len(body) <= REPORT or report["kind"] != "group":
        return body
    report = fit(report)
    report["completions"] = [_without_tokens(one) for one in report["completions"]]
    most = TEXT
    body = dump(report)
    while len(body) > REPORT and most > 100:
        most //= 2
        report["prompt"], report["answer"] = shorten(report["prompt"], most), shorten(report["answer"], most)
        report["completions"] = [{**one, "text": shorten(one["text"], most)} for one in report["completions"]]
        body = dump(report)
    return body


def dump(value: Any) -> bytes:
    """JSON in UTF-8. Raises `ValueError` and `TypeError` for what JSON lacks: see `plain`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def opening_within(opening: Json) -> Json:
    """An opening within the limits; a configuration that is too large keeps its short values."""
    opening = plain(opening)
    opening["title"] = (opening.get("title") or "").strip()[:NAME] or "run"
    opening["model"] = str(opening.get("model") or "")[:500]
    opening["rewards"] = opening.get("rewards", [])[:REWARDS]
    opening["knobs"] = opening.get("knobs", [])[:NAME]
    opening["refusals"] = {name[:NAME]: why[:500] for name, why in opening.get("refusals", {}).items()}
    if len(dump(opening)) > 1 << 20:
        opening["config"] = {key: value for key, value in opening.get("config", {}).items() if len(dump(value)) < 2000}
    return opening


def joined(writer: str, offset: int, rows: List[Any]) -> bytes:
    """A delivery of rows (sequence number, encoded report), whose numbers are less by the offset on the way."""
    reports = b",".join(b'{"seq":%d,"report":%s}' % (seq - offset, body) for seq, body in rows)
    return b'{"writer":%s,"reports":[%s]}' % (json.dumps(writer).encode(), reports)
