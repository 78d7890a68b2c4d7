"""Pause, step, resume, stop and save of a training with TRL, and how it goes on from a checkpoint."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from training import Training


class Ordered(Training):
    def later(self, *asked: Any) -> None:
        """Commands that come while training waits."""

        def work() -> None:
            for kind in asked:
                time.sleep(0.3)
                self.next += 1
                self.app.command(self.key, self.next, kind)

        threading.Thread(target=work, daemon=True).start()

    def test_pause_step_and_resume(self) -> None:
        def pause() -> None:
            self.ask("pause")()
            self.later("step", "resume")

        self.train({"step2": pause})
        kinds = [
            (one["kind"], one["step"], one.get("status"))
            for one in self.app.reports(self.key)
            if one["kind"] in ("status", "step")
        ]
        self.assertEqual(
            kinds,
            [
                ("step", 1, None),
                ("step", 2, None),
                ("status", 2, "paused"),
                ("status", 2, "running"),
                ("step", 3, None),
                ("status", 3, "paused"),
                ("status", 3, "running"),
                ("step", 4, None),
                ("step", 5, None),
                ("step", 6, None),
                ("status", 6, "finished"),
            ],
        )
        self.assertEqual([one["effectiveStep"] for one in self.answers().values()], [3, 3, 4])
        self.assertLess(self.steps()[4]["seconds"], 0.25, "a pause is not counted")

    def test_stop_holds_at_once(self) -> None:
        self.train({"step2": self.ask("stop")})
        self.assertEqual(self.trainer.state.global_step, 2)
        self.assertEqual(self.app.reports(self.key, "status")[-1]["status"], "stopped")

    def test_a_checkpoint_is_saved_when_it_is_asked(self) -> None:
        self.train({"step2": self.ask("save")})
        told = self.app.reports(self.key, "checkpoint")[0]
        self.assertEqual((told["step"], self.answers()[1]["effectiveStep"]), (2, 2))
        self.assertTrue((Path(told["path"]) / "model.safetensors").exists())
        self.assertGreater(told["bytes"], 10_000)

    def test_it_goes_on_from_a_checkpoint_as_the_same_run(self) -> None:
        def fails() -> None:
            raise RuntimeError("a power cut")

        saved = dict(save_strategy="steps", save_steps=3)
        with self.assertRaises(RuntimeError):
            self.train(
                {
                    "step1": self.ask("set", temperature=0.7, learningRate=0.02),
                    "step4": self.ask("set", topK=3),
                    "step5": fails,
                },
                **saved,
            )
        key = self.key
        self.train({}, resume=str(self.data / "out" / "checkpoint-3"), **saved)
        self.assertEqual(self.key, key)
        self.assertEqual([one["resumedFrom"] for one in self.app.openings if "config" in one][-1], 3)
        again = [one for one in self.app.reports(key, "step")][-3:]
        self.assertEqual([one["step"] for one in again], [4, 5, 6])
        settings = again[0]["settings"]
        self.assertEqual((settings["temperature"], settings["topK"]), (0.7, 0), "what was asked after step 3 is undone")
        self.assertAlmostEqual(settings["learningRate"], 0.02)
        self.assertAlmostEqual(again[0]["metrics"]["learning_rate"], 0.02 * (1 - 3 / 6))
        other = self.key
        self.train({}, max_steps=1)
        self.assertNotEqual(self.key, other, "a training from the start is another run")
