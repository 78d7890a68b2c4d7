"""`python -m grpo_studio deliver`: delivers what ended processes left. `python -m grpo_studio status`: what waits, and where the app is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Optional

from .leftovers import deliver_spool
from .spool import Spool, lock_of, spools
from .transport import Away, Transport
from .where import address, data_folder, spool_folder


def main(arguments: Optional[List[str]] = None) -> int:
    """Exit status 0 where nothing waits any more, 1 where something does."""
    parser = argparse.ArgumentParser(prog="python -m grpo_studio", description="What waits for the app.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, about in (("deliver", "deliver what ended processes left"), ("status", "say what waits")):
        one = verbs.add_parser(verb, help=about, description=about)
        one.add_argument(
            "--spool", type=Path, help="folder of the spools (GRPO_STUDIO_SPOOL, else spool in the data folder)"
        )
    asked = parser.parse_args(arguments)
    folder = asked.spool or spool_folder()
    return _deliver(folder) if asked.verb == "deliver" else _status(folder)


def _deliver(folder: Path) -> int:
    transport = Transport()
    try:
        return 0 if all([deliver_spool(path, transport, print) for path in spools(folder)]) else 1
    except Away as away:
        print(f"The app is away ({away}). Open it, or set GRPO_STUDIO_URL and GRPO_STUDIO_TOKEN.", file=sys.stderr)
        return 1
    finally:
        transport.close()


def _status(folder: Path) -> int:
    at = address()
    print(f"app: {at.url if at else 'away: there is no listening.json in ' + str(data_folder())}")
    print(f"spools: {folder}")
    left = 0
    for path in spools(folder):
        lock = lock_of(path)
        ended = lock.take()
        lock.release()
        spool = Spool(path)
        waiting, aside = spool.waiting(), spool.aside()
        title = (spool.fact("opening") or {}).get("title", "")
        spool.close()
        left += waiting
        apart = f", {aside} set aside" if aside else ""
        print(f"{path.name}: {title}: {waiting} reports wait{apart}{'' if ended else ' (its process lives)'}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
