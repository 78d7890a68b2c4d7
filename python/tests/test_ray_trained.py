"""The driver's stages with TRL on the CPU, in this process and without Ray: what is told, where it goes on, what a person asks."""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path
from typing import Any, Dict, List
from unittest import mock

from orders import order, problems, stages
from support import WithData, until

from grpo_studio.ray.position import newest

try:
    import tiny

    from grpo_studio.ray import boundaries
    from grpo_studio.ray.worker import run_part

    LACKS = ""
except ImportError as error:
    LACKS = f"TRL is not installed here: {error}"

KEY = "a-key-of-a-run"
GRPO = {"kind": "grpo", "steps": 3}


@unittest.skipIf(LACKS, LACKS)
class Trained(WithData):
    def setUp(self) -> None:
        super().setUp()
        self.app = self.stub()
        tiny.model(self.data / "model")
        tiny.tokenizer().save_pretrained(self.data / "model")
        problems(self.data, "train.jsonl", 16)
        problems(self.data, "held-out.jsonl", 8)
        self.node = f"{sys.executable} {Path(__file__).parent / 'fake_rules.py'}"

    def order(self, own: List[Dict[str, Any]], **told: Any) -> Any:
        return order(self.data, own, node=self.node, **told)

    def run_to_the_end(self, told: Any) -> None:
        while told.part_after(newest(told.storage).step) and not newest(told.storage).stopped:
            self.run_one(told)

    def run_one(self, told: Any) -> None:
        with mock.patch("builtins.print"):
            run_part(told)

    def steps(self) -> List[Any]:
        return self.app.reports(KEY, "step")

    def test_stages_in_order_with_their_steps_evaluations_and_checkpoints(self) -> None:
        own = stages(
            {"kind": "sft", "steps": 2, "data": {"file": "x"}, "changes": {"promptsPerStep": 2}},
            {**GRPO, "changes": {"promptsPerStep": 4}, "milestones": [{"step": 5, "settings": {"learningRate": 0.02}}]},
            {"kind": "rejection-sampling", "steps": 2, "minLanguage": 0.9, "maxParagraph": 99, "keepPerPrompt": 1},
            {"kind": "sft", "steps": 2, "data": {"stage": "stage 2"}, "changes": {"promptsPerStep": 2}},
        )
        lesson = json.dumps({"prompt": "1+1=", "completion": "2"}) + "\n"
        for name, count in (("stage-0.jsonl", 5), ("stage-0-held-out.jsonl", 2), ("stage-3.jsonl", 0)):
            (self.data / "problems" / name).write_text(lesson * count)
        told = self.order(own)
        self.run_to_the_end(told)
        steps = self.steps()
        self.assertEqual([one["step"] for one in steps], list(range(1, 10)))
        rates = {one["step"]: one["metrics"].get("learning_rate") for one in steps}
        # each kind warms up anew, over four steps; the milestone turns the rate
        want = {1: 0.0025, 2: 0.005, 3: 0.0025, 4: 0.005, 5: 0.015, 8: 0.0025 * 2, 9: 0.005 * 2}
        self.assertEqual({step: round(rates[step], 6) for step in want}, want)
        self.assertIn("eval_loss", steps[0]["metrics"])
        self.assertGreater(steps[6]["metrics"]["samples/kept"] + steps[5]["metrics"]["samples/kept"], 0)
        evaluations = [(one["step"], one["prompts"]) for one in self.app.reports(KEY, "evaluation")]
        self.assertEqual(evaluations, [(0, 6), (2, 6), (4, 4), (5, 6), (8, 4), (9, 6)])
        checkpoints = [one["step"] for one in self.app.reports(KEY, "checkpoint")]
        self.assertEqual(checkpoints, [2, 4, 5, 8, 9])
        statuses = [one["status"] for one in self.app.reports(KEY, "status")]
        self.assertEqual(statuses, ["finished"])
        self.assertEqual([one["resumedFrom"] for one in self.app.openings], [None, 2, 4, 5, 7])
        self.assertTrue(all(one["totalSteps"] == 9 and one["title"] == "A run" for one in self.app.openings))

    def test_groups_have_the_problem_as_the_app_knows_it_with_reasons(self) -> None:
        self.run_to_the_end(self.order(stages(GRPO)))
        groups = self.app.reports(KEY, "group")
        self.assertEqual([(one["step"], one["group"]) for one in groups], [(step, at) for step in (1, 2, 3) for at in range(4)])  # fmt: skip
        group = groups[0]
        self.assertEqual((group["domain"], len(group["completions"])), ("math", 4))
        self.assertIn(group["prompt"], [f"{at % 10}+{at // 10}=" for at in range(16)])
        part = group["completions"][0]["parts"]["accuracy"]
        self.assertEqual(part["reason"], f"{part['value']:.2f} of it are digits")
        self.assertIsNone(group["completions"][0]["parts"]["format"]["value"])
        # an optimizer step a mini-batch, a step of the run for both
        self.assertEqual(len(self.steps()), 3)

    def test_stages_of_one_kind_go_on_with_optimizer_and_reference(self) -> None:
        told = self.order(stages(GRPO, {**GRPO, "changes": {"maxCompletionTokens": 6}}))
        self.run_to_the_end(told)
        at = newest(told.storage)
        self.assertEqual((at.step, at.optimizer_since, at.reference), (6, 0, ""))
        self.assertEqual([round(one["metrics"]["learning_rate"], 6) for one in self.steps()], [0.0025, 0.005, 0.0075, 0.01, 0.01, 0.01])  # fmt: skip
        self.assertEqual(self.steps()[-1]["settings"]["maxCompletionTokens"], 6)
        self.assertFalse((told.storage / "step-000003" / "optimizer.pt").exists())

    def test_it_goes_on_from_the_newest_checkpoint_where_a_worker_is_lost(self) -> None:
        told = self.order(stages({**GRPO, "steps": 5}))
        lost = mock.patch.object(boundaries.Boundaries, "on_step_begin", autospec=True)

        def at_step_four(self: Any, *args: Any, **kwargs: Any) -> None:
            if self._course.step(self.trainer) == 3:
                raise KeyboardInterrupt

        with lost as begin:
            begin.side_effect = at_step_four
            self.assertRaises(KeyboardInterrupt, self.run_one, told)
        self.assertEqual(newest(told.storage).step, 2)
        self.run_to_the_end(told)
        self.assertEqual([one["resumedFrom"] for one in self.app.openings], [None, 2])
        self.assertEqual([one["step"] for one in self.steps()], [1, 2, 3, 3, 4, 5])
        again = [one for one in self.app.reports(KEY, "group") if one["step"] == 3]
        self.assertEqual([one["prompt"] for one in again[:4]], [one["prompt"] for one in again[4:]])

    def test_a_reference_that_is_refreshed_is_part_of_a_checkpoint(self) -> None:
        told = self.order(stages({**GRPO, "steps": 4}, settings={"refreshReferenceEvery": 2, "beta": 0.04}))
        self.run_to_the_end(told)
        at = newest(told.storage)
        self.assertEqual((at.reference, at.reference_step), ("step-000004/reference", 2))
        kl = [one["metrics"]["kl"] for one in self.steps()]
        self.assertLess(kl[2], kl[1])

    def test_what_a_person_asks(self) -> None:
        own = stages({**GRPO, "steps": 4}, {**GRPO, "changes": {"temperature": 0.7}})
        told = self.order(own)
        asked: List[int] = []

        def ask(self_: Any, *args: Any, **kwargs: Any) -> None:
            step = self_._course.step(self_.trainer)
            commands = {1: ("set", {"temperature": 0.5, "beta": 0.02}), 5: ("stop", {})}
            if not self_._course.whole(self_.trainer) or step not in commands or step in asked:
                return
            asked.append(step)
            kind, changes = commands[step]
            run = self_._reporter._run
            until(lambda: run._courier.opened.is_set())
            self.app.command(KEY, step, kind, **changes)
            until(lambda: bool(run._commands._new))

        original = boundaries.Boundaries.on_step_end

        def end(self_: Any, *args: Any, **kwargs: Any) -> None:
            original(self_, *args, **kwargs)
            ask(self_)

        with mock.patch.object(boundaries.Boundaries, "on_step_end", end):
            self.run_to_the_end(told)
        temperatures = [one["settings"]["temperature"] for one in self.steps()]
        betas = [one["settings"]["beta"] for one in self.steps()]
        self.assertEqual(temperatures, [1, 0.5, 0.5, 0.5, 0.7])
        self.assertEqual(betas, [0.001, 0.02, 0.02, 0.02, 0.02])
        answers = {one["command"]: one["effectiveStep"] for one in self.app.reports(KEY, "answer")}
        self.assertEqual(answers, {1: 2, 5: 5})
        at = newest(told.storage)
        self.assertEqual((at.step, at.stopped), (5, True))
        self.assertEqual([one["status"] for one in self.app.reports(KEY, "status")], ["stopped"])
        self.assertEqual(self.app.reports(KEY, "checkpoint")[-1]["step"], 5)

    def test_what_cannot_be_trained_says_why(self) -> None:
        with self.assertRaisesRegex(ValueError, "4 prompts of a step do not divide evenly among 3 workers"):
            self.run_one(self.order(stages(GRPO), workers={"count": 3, "cpus": 1, "gpus": 0}))
        with self.assertRaisesRegex(RuntimeError, "There is no Node"):
            self.node = "no-such-node-here"
            self.run_one(self.order(stages(GRPO)))

    def test_rules_that_end_are_told(self) -> None:
        self.node = f"{sys.executable} -c 'import sys; sys.exit(\"no rules today\")'"
        with self.assertRaisesRegex(RuntimeError, "no rules today"):
            self.run_one(self.order(stages(GRPO)))
        self.assertEqual([one["status"] for one in self.app.reports(KEY, "status")], ["failed"])


if __name__ == "__main__":
    unittest.main()
