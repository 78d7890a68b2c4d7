"""What the tests share: a data folder of their own, and waiting for something to come true."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Callable, Dict, Optional
from unittest import mock

SOURCES = str(Path(__file__).resolve().parent.parent)
sys.path.insert(0, SOURCES)

from stub import Stub  # noqa: E402

from grpo_studio import Run  # noqa: E402


def until(holds: Callable[[], bool], timeout: float = 10) -> None:
    """Raises `AssertionError` where it does not hold within `timeout` seconds."""
    end = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("it did not come true in time")
        time.sleep(0.01)


class WithData(unittest.TestCase):
    """Each test has an empty data folder, and may have a stub of the app on it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = Path(folder.name)
        self.spool = self.data / "spool"
        environment: Dict[str, str] = {
            name: value for name, value in os.environ.items() if not name.startswith("GRPO_STUDIO")
        }
        environment.update(GRPO_STUDIO_DATA=folder.name, PYTHONPATH=SOURCES)
        patched = mock.patch.dict(os.environ, environment, clear=True)
        patched.start()
        self.addCleanup(patched.stop)

    def stub(self, **options: object) -> Stub:
        stub = Stub(self.data, **options)  # type: ignore[arg-type]
        self.addCleanup(lambda: stub.close() if (self.data / "listening.json").exists() else None)
        return stub

    def run_of(self, key: Optional[str] = None, **options: object) -> Run:
        run = Run("a run", "trl", key=key, **options)  # type: ignore[arg-type]
        self.addCleanup(run.close, 0)
        return run
