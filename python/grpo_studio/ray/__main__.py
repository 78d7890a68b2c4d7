"""`python -m grpo_studio.ray job.json`: exit status 0 where the run has finished or was stopped as asked; else the log ends with the reason."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from .order import Order


def main(path: str) -> int:
    try:
        order = Order.read(Path(path))
        if order.told["trainer"] == "verl":
            from .verl_run import run
        else:
            from .driver import run
        run(order)
        return 0
    except Exception as error:
        traceback.print_exc()
        print(f"The run failed: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
