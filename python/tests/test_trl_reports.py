"""What is reported of a training with TRL is what happened in it."""

from __future__ import annotations

import time
from unittest import mock

from training import Training

from grpo_studio.__main__ import main


class Reports(Training):
    def test_all_of_a_run(self) -> None:
        self.train({}, save_strategy="steps", save_steps=3, max_steps=4)
        kinds = [(one["kind"], one["step"]) for one in self.app.reports(self.key)]
        steps = [[("group", at), ("group", at), ("step", at)] for at in range(5)]
        saved = [("checkpoint", 3), *steps[4], ("checkpoint", 4), ("status", 4)]
        self.assertEqual(kinds, [*steps[1], *steps[2], *steps[3], *saved])
        told = self.app.reports(self.key, "group")[0]
        self.assertEqual(len(told["completions"]), 4)
        for one in told["completions"]:
            self.assertEqual(len(one["logprobs"]), one["tokens"])
            tokens = [sign for sign in one["tokenTexts"] if sign not in ("<eos>", "<pad>")]
            self.assertEqual("".join(tokens).replace(" ", ""), one["text"].replace(" ", ""))
            parts = [part["value"] for part in one["parts"].values() if part["value"] is not None]
            self.assertAlmostEqual(one["reward"], sum(parts), 5)
        opening = self.app.openings[0]
        self.assertEqual((opening["seed"], opening["totalSteps"], opening["settings"]["groupSize"]), (3, 4, 4))
        self.assertEqual([one["name"] for one in opening["rewards"]], ["digits", "short"])
        self.assertEqual(opening["settings"]["promptsPerStep"], 2)
        logged = [line for line in self.trainer.state.log_history if "loss" in line]
        for line, (at, one) in zip(logged, self.steps().items()):
            self.assertEqual(one["metrics"]["reward"], line["reward"])
            self.assertEqual(one["metrics"]["loss"], line["loss"])
            self.assertEqual(at, line["step"])

    def test_steps_between_the_trainers_log_lines_have_their_own_metrics(self) -> None:
        self.train({}, logging_steps=3, max_steps=6)
        means = [self.steps()[at]["metrics"]["reward"] for at in range(1, 7)]
        self.assertEqual(len(set(means)), 6)
        logged = [line["reward"] for line in self.trainer.state.log_history if "loss" in line]
        self.assertAlmostEqual(sum(means[:3]) / 3, logged[0], 4)
        self.assertAlmostEqual(sum(means[3:]) / 3, logged[1], 4)
        self.assertNotIn("loss", self.steps()[1]["metrics"], "TRL did not tell it: not delivered")

    def test_conversations_and_evaluations(self) -> None:
        evaluated = dict(eval_strategy="steps", eval_steps=2, per_device_eval_batch_size=4)
        self.train({}, max_steps=2, talk=True, **evaluated)
        told = self.app.reports(self.key)
        self.assertEqual([one["kind"] for one in told], [*["group", "group", "step"] * 2, "evaluation", "status"])
        self.assertRegex(told[0]["prompt"], r"^\d\+\d==$", "as the chat template writes it")
        self.assertNotIn("role", told[0]["completions"][0]["text"])
        logged = next(line for line in self.trainer.state.log_history if "eval_reward" in line)
        self.assertEqual(told[-2]["metrics"]["eval_reward"], logged["eval_reward"])

    def test_an_exception_is_told(self) -> None:
        def fails() -> None:
            raise RuntimeError("out of paper")

        with self.assertRaises(RuntimeError):
            self.train({"step2": fails})
        status = self.app.reports(self.key, "status")[-1]
        self.assertEqual(status["status"], "failed")
        self.assertIn("out of paper", status["message"])

    def test_it_trains_while_the_app_is_away(self) -> None:
        self.app.close()
        started = time.monotonic()
        self.train({}, max_steps=3)
        self.assertLess(time.monotonic() - started, 8)
        self.app = self.stub()
        self.assertEqual(main(["deliver"]), 0)
        self.assertEqual(list(self.steps()), [1, 2, 3])

    def test_a_fault_of_the_client_does_not_end_training(self) -> None:
        with mock.patch("grpo_studio.trl.rollouts.Rollouts.groups", side_effect=ValueError("a fault")):
            with self.assertLogs("grpo_studio", "WARNING"):
                self.train({}, max_steps=2)
        self.assertEqual(self.trainer.state.global_step, 2)
        self.assertEqual(list(self.steps()), [1, 2])
