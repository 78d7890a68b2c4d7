"""A file that one process holds at a time; its death lets go of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Optional

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FileLock:
    """Of one path; the file itself stays empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Optional[IO[bytes]] = None

    def take(self) -> bool:
        """False while another process holds it."""
        file = open(self.path, "ab")
        try:
            if sys.platform == "win32":
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
