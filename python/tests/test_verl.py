"""verl's tracking and dumps, and OpenRLHF's logger. Where verl is installed its own `Tracking` is used; OpenRLHF is played by a stand-in."""

from __future__ import annotations

import json
import sys
import threading
import time
import types
import unittest
from typing import Any, Dict, List
from unittest import mock

from support import WithData, until

from grpo_studio import openrlhf, verl
from grpo_studio.dumps import groups_of

try:
    from verl.utils.tracking import Tracking

    LACKS = ""
except ImportError as error:
    LACKS = f"verl is not installed here: {error}"


def rows(step: int) -> List[Dict[str, Any]]:
    """Two prompts of two outputs each, mixed as verl's balancing does."""
    return [
        {
            "input": f"prompt {at % 2}",
            "output": f"output {at} of {step}",
            "gts": str(at % 2),
            "score": at / 2,
            "step": step,
            "acc": at > 1,
            "pred": "x",
        }
        for at in range(4)
    ]


class Verl(WithData):
    def setUp(self) -> None:
        super().setUp()
        self.app = self.stub()
        self.config = {
            "trainer": {
                "default_local_dir": str(self.data / "checkpoints"),
                "rollout_data_dir": str(self.data / "dumps"),
                "total_training_steps": 3,
            },
            "data": {"train_batch_size": 2, "max_response_length": 64},
            "actor_rollout_ref": {
                "model": {"path": "some/model"},
                "rollout": {"temperature": 0.9, "top_k": -1, "n": 2},
                "actor": {"use_kl_loss": True, "kl_loss_coef": 0.001, "optim": {"lr": 1e-6}},
            },
        }
        (self.data / "dumps").mkdir()

    @property
    def key(self) -> str:
        return str(json.loads((self.data / "checkpoints" / "grpo-studio.json").read_text())["key"])

    def dump(self, step: int) -> None:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows(step)]
        (self.data / "dumps" / f"{step}.jsonl").write_text("".join(lines))

    def logger(self) -> Any:
        return verl.VerlLogger("project", "experiment", self.config)

    def test_steps_texts_and_evaluations(self) -> None:
        logger = self.logger()
        logger.log({"val-core/gsm8k/acc/mean@1": 0.25, "val-aux/num_turns/min": 2}, 0)
        for step in (1, 2):
            threading.Timer(0.2, self.dump, (step,)).start()
            started = time.monotonic()
            logger.log(
                {"critic/score/mean": 0.5, "actor/lr": 1e-6, "timing_s/step": 2.5, "odd": "words", "own": 3}, step
            )
            self.assertLess(time.monotonic() - started, 0.15, "training does not wait for verl's own thread")
        logger.finish()
        told = self.app.reports(self.key)
        self.assertEqual(
            [(one["kind"], one["step"]) for one in told],
            [
                ("evaluation", 0),
                ("group", 1),
                ("group", 1),
                ("step", 1),
                ("group", 2),
                ("group", 2),
                ("step", 2),
                ("status", 2),
            ],
        )
        self.assertEqual(told[0]["accuracy"], 0.25)
        group, step = told[1], told[3]
        self.assertEqual([one["text"] for one in group["completions"]], ["output 0 of 1", "output 2 of 1"])
        self.assertEqual(group["answer"], "0")
        parts = group["completions"][1]["parts"]
        self.assertEqual((parts["score"]["weight"], parts["acc"]["value"], parts["acc"]["weight"]), (1, 1.0, 0))
        self.assertEqual(step["metrics"], {"reward": 0.5, "learning_rate": 1e-6, "seconds/step": 2.5, "own": 3})
        self.assertEqual(step["seconds"], 2.5)
        opening = self.app.openings[0]
        self.assertEqual(opening["settings"]["beta"], 0.001)
        self.assertEqual(opening["settings"]["topK"], 0)
        self.assertEqual(opening["commands"], ["pause", "resume", "step"])
        self.assertIn("verl", opening["refusals"]["temperature"])

    def test_it_goes_on_from_a_checkpoint(self) -> None:
        del self.config["trainer"]["rollout_data_dir"]
        first = self.logger()
        for step in (1, 2, 3):
            first.log({"critic/score/mean": step}, step)
        first._logged.run.close()
        key = self.key
        second = self.logger()
        second.log({"critic/score/mean": 9}, 3)
        second.finish()
        self.assertEqual(self.key, key)
        self.assertEqual([one["resumedFrom"] for one in self.app.openings], [None, 2])

    def test_a_pause_holds_the_trainer_between_two_steps(self) -> None:
        del self.config["trainer"]["rollout_data_dir"]
        logger = self.logger()
        logger.log({"critic/score/mean": 1}, 1)
        run = logger._logged.run
        until(lambda: len(self.app.reports(self.key)) == 1)
        self.app.command(self.key, 1, "pause")
        self.app.command(self.key, 2, "stop")
        until(lambda: len(run._commands._new) == 2)
        threading.Timer(0.5, self.app.command, (self.key, 3, "resume")).start()
        started = time.monotonic()
        logger.log({"critic/score/mean": 1}, 2)
        self.assertGreater(time.monotonic() - started, 0.4)
        logger.finish()
        answers = {one["command"]: one for one in self.app.reports(self.key, "answer")}
        self.assertEqual((answers[1]["effectiveStep"], answers[3]["effectiveStep"]), (3, 3))
        self.assertIn("cannot stop", answers[2]["refused"])
        states = [one["status"] for one in self.app.reports(self.key, "status")]
        self.assertEqual(states, ["paused", "running", "finished"])

    def test_uids_tell_groups_apart(self) -> None:
        told = [
            {"input": "same", "output": str(at), "score": 1, "uid": f"sample{at // 2}_{at % 2}_0"} for at in range(4)
        ]
        self.assertEqual([len(group["completions"]) for group in groups_of(1, told)], [2, 2])

    @unittest.skipIf(LACKS, LACKS)
    def test_verls_own_tracking_knows_the_name(self) -> None:
        verl.register()
        verl.register()
        tracking = Tracking("project", "experiment", ["console", "grpo_studio"], self.config)
        self.dump(1)
        with mock.patch("builtins.print"):
            tracking.log({"critic/score/mean": 0.5}, 1)
        tracking.finish()
        tracking.finish()
        kinds = [one["kind"] for one in self.app.reports(self.key)]
        self.assertEqual(kinds, ["group", "group", "step", "status"])
        with mock.patch("builtins.print"):
            Tracking("project", "experiment", "console", {}).log({"a": 1}, 1)
        self.assertEqual(len({opening["title"] for opening in self.app.openings}), 1)


class OpenRlhf(WithData):
    def test_its_logger_of_tensorboard_tells_the_app_too(self) -> None:
        app = self.stub()
        told: List[Any] = []

        class TensorboardLogger:
            def __init__(self, args: Any) -> None:
                told.append("made")

            def log_train(self, global_step: int, logs_dict: Any) -> None:
                told.append(global_step)

            log_eval = log_train

            def close(self) -> None:
                told.append("closed")

        module = types.SimpleNamespace(TensorboardLogger=TensorboardLogger)
        stand_in = {
            "openrlhf": types.ModuleType("openrlhf"),
            "openrlhf.utils": types.SimpleNamespace(logging_utils=module),
        }
        with mock.patch.dict(sys.modules, stand_in):  # type: ignore[arg-type]
            openrlhf.register()
            openrlhf.register()
        space = types.SimpleNamespace
        args = space(
            logger=space(logging_steps=1, wandb=space(key="secret", run_name="my run")),
            ckpt=space(path=str(self.data / "checkpoints")),
            actor=space(
                adam=space(lr=1e-6), eps_clip=0.2, eps_clip_low_high=(0.2, 0.27), model_name_or_path="some/model"
            ),
            rollout=space(temperature=1.0, n_samples_per_prompt=8),
            train=space(seed=42),
        )
        logger = module.TensorboardLogger(args)
        status = {
            "rollout/reward_mean": 0.5,
            "actor_lr": 1e-6,
            "kl": 0.1,
            "generated_samples": ["text", 1.0],
            "timing/step_total": 4,
        }
        logger.log_train(1, status)
        logger.log_eval(1, {"eval_math_pass1": 0.5})
        logger.close()
        self.assertEqual(told, ["made", 1, 1, "closed"])
        key = json.loads((self.data / "checkpoints" / "grpo-studio.json").read_text())["key"]
        step, evaluation, status_ = app.reports(key)
        self.assertEqual(step["metrics"], {"reward": 0.5, "learning_rate": 1e-6, "kl": 0.1, "seconds/step": 4})
        self.assertEqual(evaluation["metrics"], {"eval_math_pass1": 0.5})
        self.assertEqual(status_["status"], "finished")
        opening = app.openings[0]
        self.assertNotIn("secret", json.dumps(opening))
        self.assertEqual(opening["title"], "my run")
        self.assertEqual((opening["settings"]["epsilonHigh"], opening["settings"]["groupSize"]), (0.27, 8))
