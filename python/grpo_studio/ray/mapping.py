"""The recipe's settings by a trainer's own names: mapping.json, which the app makes of its own table (docs/ray.md shows it)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Mapping

TABLE: Dict[str, Dict[str, Dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "mapping.json").read_text(encoding="utf-8")
)


def arguments(trainer: str, settings: Mapping[str, Any]) -> Dict[str, Any]:
    """
    What the table hands over as it stands; what it leaves to the driver is not in it.

    Raises `ValueError` for what the app refuses before submission.
    """
    told: Dict[str, Any] = {}
    for name, own in TABLE[trainer].items():
        if not _has_effect(own, settings):
            continue
        value = settings[name]
        if "only" in own and value not in own["only"]:
            raise ValueError(f"{trainer} cannot have {name} = {value}: {own['why']}.")
        if own.get("as") == "driver":
            continue
        if "values" in own:
            value = own["values"][value]
        elif own.get("as") == "none-for-0" and value == 0:
            value = None
        told.update({to: value for to in own["to"]})
    return told


def _has_effect(own: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    when = own.get("when")
    return when is None or settings[when["setting"]] in when["is"]
