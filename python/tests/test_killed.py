"""Client and server are killed at random moments, many times: nothing is lost, nothing comes twice, and the order holds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import List

from stub import Stub
from support import WithData

from grpo_studio.__main__ import main
from grpo_studio.spool import spools

HERE = Path(__file__).resolve().parent
KEY = "run-that-is-killed"
ROUNDS = int(os.environ.get("GRPO_STUDIO_KILLS", "6"))
STEPS = 60 * ROUNDS


class Killed(WithData):
    def start(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        where = dict(cwd=HERE.parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        process = subprocess.Popen([sys.executable, str(HERE / f"{script}.py"), *arguments], **where)  # type: ignore[call-overload]
        assert process.stdout
        self.addCleanup(process.stdout.close)
        process.stdout.readline()
        return process

    def client(self) -> subprocess.Popen[str]:
        return self.start("reporter", KEY, str(self.data / "state"), str(STEPS))

    def server(self) -> subprocess.Popen[str]:
        return self.start("stub", str(self.data), "0.1")

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait()

    def test_nothing_is_lost_or_doubled(self) -> None:
        dice = random.Random(8)
        client, server = self.client(), self.server()
        deaths = 0
        while client.poll() is None:
            time.sleep(dice.uniform(0.02, 0.25))
            if deaths >= ROUNDS:
                client.wait(60)
            elif dice.random() < 0.5:
                self.kill(client)
                client = self.client()
            else:
                self.kill(server)
                time.sleep(dice.uniform(0, 0.15))
                server = self.server()
            deaths += 1
        self.kill(server)
        stub = Stub(self.data)
        main(["deliver"])
        self.check(stub.reports(KEY))
        self.assertEqual(list(spools(self.spool)), [])
        self.assertGreaterEqual(deaths, ROUNDS)
        stub.close()

    def check(self, reports: List[dict]) -> None:
        """A step may be told again by a process that began before it was noted down; what the app keeps is its first telling."""
        steps = [one["step"] for one in reports if one["kind"] == "step"]
        self.assertEqual(sorted(set(steps)), list(range(1, STEPS + 1)), "none is lost")
        self.assertEqual(steps, sorted(steps), "the order holds")
        again = len(steps) - len(set(steps))
        self.assertLessEqual(again, ROUNDS, "told again at a death of the client alone")
        for before, after in zip(reports, reports[1:]):
            self.assertLessEqual(before["step"], after["step"])
        groups = [one["step"] for one in reports if one["kind"] == "group"]
        self.assertEqual(sorted(set(groups)), list(range(1, STEPS + 1)))
        self.assertEqual([one["status"] for one in reports if one["kind"] == "status"], ["finished"])
