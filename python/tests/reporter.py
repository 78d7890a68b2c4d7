"""
A training that the kill test ends at any moment: `python reporter.py KEY STATE STEPS`. It goes on after the last step that STATE names, as a trainer
does from its checkpoint.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from grpo_studio import Run


def main(key: str, state: Path, steps: int) -> None:
    at = int(state.read_text() or 0) if state.exists() else 0
    run = Run("killed", "trl", key=key, resumed_from=at or None, bound=10)
    print("started", flush=True)
    while at < steps:
        at += 1
        run.group(at, 0, f"prompt {at}", [{"text": f"text {at} " * 50}])
        run.step(at, {"reward": at})
        beside = state.with_suffix(".new")
        beside.write_text(str(at))
        beside.replace(state)
        time.sleep(0.002)
    run.finish(at, timeout=10)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
