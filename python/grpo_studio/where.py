"""Where the app listens, where its data is, and where what is not delivered waits."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NamedTuple, Optional

from .quiet import warn_once


class Address(NamedTuple):
    url: str
    token: str


def data_folder() -> Path:
    """`GRPO_STUDIO_DATA`, else the platform's folder for application data: the app's own rule."""
    given = os.environ.get("GRPO_STUDIO_DATA")
    if given:
        return Path(given).resolve()
    home = Path(os.environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "grpo-studio"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "grpo-studio"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "grpo-studio"


def spool_folder() -> Path:
    """`GRPO_STUDIO_SPOOL`, else `spool` in the data folder."""
    given = os.environ.get("GRPO_STUDIO_SPOOL")
    return Path(given).resolve() if given else data_folder() / "spool"


def address() -> Optional[Address]:
    """
    `GRPO_STUDIO_URL` with `GRPO_STUDIO_TOKEN`, else what the app wrote into `listening.json`; None while it is away. Read anew at every
    attempt, as the app may come back at another port.
    """
    url = os.environ.get("GRPO_STUDIO_URL")
    if url:
        return Address(url, os.environ.get("GRPO_STUDIO_TOKEN", ""))
    path = data_folder() / "listening.json"
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            warn_once(f"{path} belongs to another user: it is not read.")
            return None
        told = json.loads(path.read_text("utf-8"))
        return Address(str(told["url"]), str(told["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
