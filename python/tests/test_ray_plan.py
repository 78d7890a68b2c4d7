"""What the driver plans: parts of a run, where it goes on, batches, names of settings. Nothing is trained."""

from __future__ import annotations

import json
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from orders import SETTINGS, order, stages

from grpo_studio.kept import Kept
from grpo_studio.ray.mapping import TABLE, arguments
from grpo_studio.ray.parts import merged, with_flat
from grpo_studio.ray.position import Position, go_on, newest, write
from grpo_studio.ray.problems import InOrder, micro_rows, take

try:
    from grpo_studio.ray.driver import workers_lost

    LACKS = ""
except ImportError as error:
    LACKS = f"torch is not installed here: {error}"

GRPO = {"kind": "grpo", "steps": 5}


class Plan(unittest.TestCase):
    def setUp(self) -> None:
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)

    def test_a_milestone_cuts_its_stage(self) -> None:
        told = stages(
            {**GRPO, "milestones": [{"step": 3, "settings": {"rewardWeights": {"format": 0.5}, "beta": 0}}]},
            {**GRPO, "changes": {"maxCompletionTokens": 16}},
        )
        parts = order(self.folder, told).parts
        self.assertEqual([(part.first, part.last, part.begins, part.ends) for part in parts], [(1, 2, True, False), (3, 5, False, True), (6, 10, True, True)])  # fmt: skip
        self.assertEqual(parts[1].settings["rewardWeights"], {"accuracy": 1, "format": 0.5})
        self.assertEqual(parts[1].named, ("rewardWeights.format", "beta"))
        self.assertEqual(parts[2].named, ("maxCompletionTokens",))
        self.assertEqual(parts[2].before, "grpo")

    def test_the_part_after_a_step(self) -> None:
        told = order(self.folder, stages(GRPO, GRPO))
        self.assertEqual([told.part_after(step).stage for step in (0, 4, 5, 9)], [0, 0, 1, 1])  # type: ignore[union-attr]
        self.assertIsNone(told.part_after(10))

    def test_a_version_of_another_app_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "version 2"):
            order(self.folder, stages(GRPO), version=2)

    def test_what_goes_on_between_stages(self) -> None:
        told = order(self.folder, stages({"kind": "sft", "steps": 1}, GRPO, GRPO, {"kind": "rejection-sampling", "steps": 1}, GRPO))  # fmt: skip
        at = Position(step=7, model="m", optimizer="o", optimizer_since=2, reference="r", reference_step=2)
        sft, first, second, samples, last = told.parts
        self.assertEqual(at.entering(second), at)
        self.assertEqual(at.entering(samples), at)
        fresh = replace(at, optimizer="", optimizer_since=7, reference="m", reference_step=7)
        self.assertEqual(at.entering(first), fresh)
        self.assertEqual(at.entering(last), fresh)
        self.assertEqual(Position().entering(sft), Position())

    def test_the_newest_whole_checkpoint(self) -> None:
        self.assertEqual(newest(self.folder), Position())
        write(self.folder, Position(step=2), lambda folder: (folder / "x").write_text("x"))  # type: ignore[arg-type, func-returns-value]
        write(self.folder, Position(step=10, stopped=True))
        (self.folder / "step-000012").mkdir()
        (self.folder / "step-000012" / "position.json").write_text("{")
        self.assertEqual(newest(self.folder), Position(step=10, stopped=True))
        go_on(self.folder)
        self.assertEqual(newest(self.folder), Position(step=10))

    def test_a_checkpoint_that_broke_off_is_none(self) -> None:
        write(self.folder, Position(step=2))

        def fill(folder: Path) -> None:
            raise OSError("no space")

        with self.assertRaises(OSError):
            write(self.folder, Position(step=4), fill)
        self.assertEqual(newest(self.folder).step, 2)

    def test_each_epoch_has_all_problems_once_in_an_order_of_its_own(self) -> None:
        taken = [one for step in range(1, 7) for one in take(range(8), 4, step, 5)]
        epochs = [taken[at : at + 8] for at in (0, 8, 16)]
        self.assertTrue(all(sorted(epoch) == list(range(8)) for epoch in epochs))
        self.assertNotEqual(epochs[0], epochs[1])
        self.assertEqual(take(range(8), 4, 3, 5), taken[8:12])

    def test_places_in_the_order_of_the_steps(self) -> None:
        first, second = take(range(8), 2, 4, 5), take(range(8), 2, 5, 5)
        want = [place for step in (first, second) for _ in range(2) for one in step for place in [one] * 3]
        order_of = InOrder(8, 2, 4, 5, 5, outputs=3, turns=2)
        self.assertEqual(list(order_of), want)
        self.assertEqual(len(order_of), len(want))

    def test_micro_batches_divide_what_there_is(self) -> None:
        self.assertEqual(micro_rows(64, 100, 2048), 16)
        self.assertEqual(micro_rows(6, 1000, 2048), 2)
        self.assertEqual(micro_rows(7, 5000, 2048), 1)

    def test_a_plan_that_names_a_setting_ends_what_a_person_changed(self) -> None:
        kept = Kept(str(self.folder), True, "key")
        kept.changed(3, {"temperature": 0.8, "beta": 0.01})
        kept.planned(5, ["beta"])
        kept.planned(5, ["beta"])
        kept.changed(7, {"beta": 0.02})
        again = Kept(str(self.folder), True, "key")
        self.assertEqual(again.rewind(7), {"temperature": 0.8, "beta": 0.02})
        self.assertEqual(again.rewind(5), {"temperature": 0.8})

    def test_settings_are_laid_over_as_the_app_does(self) -> None:
        self.assertEqual(merged({"a": 1, "w": {"x": 1, "y": 2}}, {"w": {"y": 3}}), {"a": 1, "w": {"x": 1, "y": 3}})
        self.assertEqual(with_flat({"a": 1, "w": {"x": 1}}, {"w.x": 2, "a": 3}), {"a": 3, "w": {"x": 2}})


@unittest.skipIf(LACKS, LACKS)
class Lost(unittest.TestCase):
    def test_an_exception_of_the_training_is_no_lost_worker(self) -> None:
        class UserExceptionWithTraceback(Exception):
            pass

        class Group(Exception):
            def __init__(self, *failures: Exception) -> None:
                self.worker_failures = dict(enumerate(failures))

        own, died = UserExceptionWithTraceback(), OSError()
        self.assertFalse(workers_lost(Group(own, own)))
        self.assertTrue(workers_lost(Group(own, died)))
        self.assertFalse(workers_lost(ValueError()))


class Names(unittest.TestCase):
    def test_every_setting_is_in_the_table(self) -> None:
        apart = {"rewardWeights", "rewardParameters", "sideWeights", "sideScaling"}
        for trainer in ("trl", "verl"):
            self.assertEqual(set(TABLE[trainer]), set(SETTINGS) - apart)

    def test_values_get_there(self) -> None:
        told = arguments("trl", {**SETTINGS, "delta": 4, "klTimesRatio": True, "minP": 0.1})
        self.assertEqual((told["delta"], told["use_bias_correction_kl"], told["min_p"]), (4, True, 0.1))
        told = arguments("trl", SETTINGS)
        self.assertEqual((told["delta"], told["off_policy_mask_threshold"], told["min_p"]), (None, None, None))
        self.assertNotIn("sapo_temperature_pos", told)
        told = arguments("trl", {**SETTINGS, "lossType": "cispo"})
        self.assertEqual((told["epsilon_high"], "epsilon" in told), (5, False))
        told = arguments("verl", {**SETTINGS, "scaleRewards": "none"})
        self.assertIs(told["algorithm.norm_adv_by_std_in_grpo"], False)

    def test_what_the_app_refuses_is_refused_here_too(self) -> None:
        with self.assertRaisesRegex(ValueError, "dynamicSampling = 3"):
            arguments("trl", {**SETTINGS, "dynamicSampling": 3})

    def test_the_table_is_json_that_came_along(self) -> None:
        self.assertEqual(json.loads(json.dumps(TABLE)), TABLE)


if __name__ == "__main__":
    unittest.main()
