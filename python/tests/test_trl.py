"""A small model trains with TRL on the CPU: what is reported is what happened, and what is asked holds from exactly the step that is told."""

from __future__ import annotations

import json
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, Dict, List
from unittest import mock

from support import WithData, until

from grpo_studio.__main__ import main

try:
    import torch
    from transformers import TrainerCallback

    import tiny
    from grpo_studio import GrpoStudioCallback

    LACKS = ""
except ImportError as error:
    LACKS, TrainerCallback = f"TRL is not installed here: {error}", object  # type: ignore[misc, assignment]


class At(TrainerCallback):
    """Does something after a step, before the app's callback hears commands."""

    def __init__(self, **work: Callable[[], None]) -> None:
        self.work = work

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.work.get(f"step{state.global_step}", lambda: None)()


@unittest.skipIf(LACKS, LACKS)
class Training(WithData):
    def setUp(self) -> None:
        super().setUp()
        self.app = self.stub()
        self.next = 0

    def train(self, at: Dict[str, Callable[[], None]], resume: Any = None, **changes: Any) -> Any:
        self.callback = GrpoStudioCallback()
        self.trainer = tiny.trainer(self.data, [At(**at), self.callback], **changes)
        with mock.patch("builtins.print"):
            self.watch(self.trainer)
            self.trainer.train(resume_from_checkpoint=resume)
        return self.trainer

    def watch(self, trainer: Any) -> None:
        """Hook for what a test wants to see of the trainer."""

    @property
    def key(self) -> str:
        return str(json.loads((self.data / "out" / "grpo-studio.json").read_text())["key"])

    def ask(self, kind: str, **changes: float) -> Callable[[], None]:
        """A command that the client has heard before training goes on."""

        def work() -> None:
            self.next += 1
            run = self.callback._run
            until(lambda: run._courier.opened.is_set())
            self.app.command(self.key, self.next, kind, **changes)
            until(lambda: bool(run._commands._new))

        return work

    def answers(self) -> Dict[int, Any]:
        return {one["command"]: one for one in self.app.reports(self.key, "answer")}

    def steps(self) -> Dict[int, Any]:
        return {one["step"]: one for one in self.app.reports(self.key, "step")}


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


class Steered(Training):
    def watch(self, trainer: Any) -> None:
        self.seen: Dict[str, List[Any]] = {"sampled": [], "loss": [], "rates": [], "logps": []}
        generate, loss = trainer.model.generate, trainer._compute_loss

        def generated(*args: Any, **kwargs: Any) -> Any:
            used = kwargs["generation_config"]
            self.seen["sampled"].append({"step": trainer.state.global_step + 1, **used.to_dict()})
            return generate(*args, **kwargs)

        def lost(model: Any, inputs: Any) -> Any:
            told = {name: getattr(trainer, name) for name in ("beta", "epsilon_low", "epsilon_high")}
            self.seen["loss"].append({"step": trainer.state.global_step + 1, "delta": trainer.args.delta, **told})
            self.seen["logps"].append(self.temperature_of_loss(model, inputs))
            return loss(model, inputs)

        trainer.model.generate, trainer._compute_loss = generated, lost

        class Rates(TrainerCallback):
            def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, optimizer: Any = None, **_: Any) -> None:
                seen.append((state.global_step + 1, optimizer.param_groups[0]["lr"]))

        seen = self.seen["rates"]
        trainer.add_callback(Rates())

    def temperature_of_loss(self, model: Any, inputs: Any) -> float:
        """By which the model's logits are divided in the trainer's log-probabilities, found by comparing."""
        ids = torch.cat([inputs["prompt_ids"], inputs["completion_ids"]], 1)
        mask = torch.cat([inputs["prompt_mask"], inputs["completion_mask"]], 1)
        keep = inputs["completion_ids"].size(1)
        with torch.no_grad():
            told = type(self.trainer)._get_per_token_logps_and_entropies(self.trainer, model, ids, mask, keep)[0]
            logits = model(input_ids=ids, attention_mask=mask).logits[:, -keep - 1 : -1]
        real = inputs["completion_mask"].bool()

        def distance(temperature: float) -> float:
            logps = (logits / temperature).log_softmax(-1).gather(2, inputs["completion_ids"][..., None])[..., 0]
            return float((logps - told)[real].abs().max())

        return min((0.5, 0.7, 1.0, 1.3), key=distance)

    def first(self, where: str, name: str, value: Any) -> int:
        """First step with this value; it must have been another before, and this one since."""
        steps = [one["step"] for one in self.seen[where] if one[name] == value]
        self.assertEqual([one["step"] for one in self.seen[where] if one["step"] >= min(steps)], steps)
        self.assertGreater(min(steps), 1)
        return min(steps)

    def test_what_is_sampled(self) -> None:
        asked = self.ask("set", temperature=0.7, topP=0.9, topK=5, minP=0.01, repetitionPenalty=1.2, maxCompletionTokens=5)
        self.train({"step2": asked})
        answer = self.answers()[1]
        self.assertEqual((answer["effectiveStep"], answer["refused"]), (3, None))
        wanted = dict(temperature=0.7, top_p=0.9, top_k=5, min_p=0.01, repetition_penalty=1.2, max_new_tokens=5)
        for name, value in wanted.items():
            self.assertEqual(self.first("sampled", name, value), 3, name)
        self.assertEqual(self.seen["logps"], [1.0] * 4 + [0.7] * 8, "two micro-batches a step")
        longest = [self.steps()[at]["metrics"]["completions/max_length"] for at in range(1, 7)]
        self.assertTrue(all(length > 5 for length in longest[:2]) and all(length <= 5 for length in longest[2:]))
        self.assertEqual([self.steps()[at]["settings"]["temperature"] for at in (2, 3)], [1.0, 0.7])
        self.assertEqual(answer["before"]["temperature"], 1.0)

    def test_what_the_loss_uses(self) -> None:
        self.train({"step2": self.ask("set", beta=0.5, epsilonLow=0.1, epsilonHigh=0.3, delta=2)})
        self.assertEqual(self.answers()[1]["effectiveStep"], 3)
        for name, value in dict(beta=0.5, epsilon_low=0.1, epsilon_high=0.3, delta=2).items():
            self.assertEqual(self.first("loss", name, value), 3, name)

    def test_the_entropy_bonus_and_the_off_policy_mask(self) -> None:
        self.train({"step2": self.ask("set", entropyCoefficient=0.01, offPolicyThreshold=0.5)})
        bonus = [self.steps()[at]["metrics"].get("entropy_coef") for at in range(1, 7)]
        self.assertEqual(bonus, [None, None, 0.01, 0.01, 0.01, 0.01])
        self.assertEqual(self.answers()[1]["effectiveStep"], 3)
        self.assertEqual(self.trainer.off_policy_mask_threshold, 0.5)

    def test_the_reference_is_refreshed(self) -> None:
        def distance() -> None:
            pairs = zip(self.trainer.model.parameters(), self.trainer.ref_model.parameters())
            apart.append(max(float((one - other).abs().max()) for one, other in pairs))

        apart: List[float] = []
        asked = self.ask("set", refreshReferenceEvery=1, referenceMixture=1)
        at: Dict[str, Any] = {f"step{step}": distance for step in (1, 3, 4)}
        self.train({**at, "step2": asked}, sync_ref_model=True, ref_model_sync_steps=100)
        distance()
        self.assertEqual(self.answers()[1]["effectiveStep"], 3)
        self.assertGreater(apart[0], 1e-3)
        self.assertEqual(apart[-1], 0, "after a step the reference is the policy")

    def test_beta_may_rest_at_0(self) -> None:
        self.train({"step1": self.ask("set", beta=0), "step3": self.ask("set", beta=0.1)})
        self.assertEqual([one["beta"] for one in self.seen["loss"]], [0.04] * 2 + [0] * 4 + [0.1] * 6)
        self.assertEqual(["kl" in self.steps()[at]["metrics"] for at in range(1, 7)], [True, False, False, True, True, True])

    def test_the_learning_rate_keeps_its_schedule(self) -> None:
        self.train({"step2": self.ask("set", learningRate=0.03)})
        self.assertEqual(self.answers()[1]["effectiveStep"], 3)
        for step, rate in self.seen["rates"]:
            self.assertAlmostEqual(rate, (0.03 if step >= 3 else 0.01) * (1 - (step - 1) / 6), 9)
            self.assertAlmostEqual(self.steps()[step]["metrics"]["learning_rate"], rate, 9)

    def test_reward_weights(self) -> None:
        self.train({"step2": self.ask("set", **{"rewardWeights.short": 0.25})})
        self.assertEqual(self.answers()[1]["effectiveStep"], 3)
        for group in self.app.reports(self.key, "group"):
            weight = 0.25 if group["step"] >= 3 else 1
            rewards = []
            for one in group["completions"]:
                short, digits = one["parts"]["short"], one["parts"]["digits"]
                self.assertEqual(short["weight"], weight)
                rewards.append(digits["value"] + weight * (short["value"] or 0))
                self.assertAlmostEqual(one["reward"], rewards[-1], 4)
            mean, spread = sum(rewards) / 4, float(torch.tensor(rewards).std())
            for one, reward in zip(group["completions"], rewards):
                self.assertAlmostEqual(one["advantage"], (reward - mean) / (spread + 1e-4), 3)

    def test_where_texts_are_used_twice_it_holds_when_they_are_sampled_anew(self) -> None:
        self.train({"step1": self.ask("set", temperature=0.7)}, num_iterations=2)
        self.assertEqual(self.answers()[1]["effectiveStep"], 3)
        self.assertEqual([(one["step"], one["temperature"]) for one in self.seen["sampled"]], [(1, 1.0), (3, 0.7), (5, 0.7)])
        self.assertEqual(self.seen["logps"], [1.0] * 4 + [0.7] * 8)
        self.assertEqual({one["step"] for one in self.app.reports(self.key, "group")}, {1, 3, 5})
        self.assertIn("logprobs", self.app.reports(self.key, "group")[0]["completions"][0])

    def test_what_cannot_be_turned_is_refused_with_the_reason(self) -> None:
        self.train({"step1": self.ask("set", beta=0.1, epsilonLow=0.1), "step2": self.ask("set", groupSize=8)}, beta=0.0)
        self.assertIn("without a reference model", self.answers()[1]["refused"])
        self.assertIn("no groupSize", self.answers()[2]["refused"])
        self.assertEqual({one["epsilon_low"] for one in self.seen["loss"]}, {0.2}, "all of it or nothing")
        opening = self.app.openings[0]
        self.assertNotIn("beta", opening["knobs"])
        self.assertIn("without a reference model", opening["refusals"]["beta"])
        self.assertIn("num_generations", opening["refusals"]["groupSize"])
        self.assertIn("temperature", opening["knobs"])


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
        kinds = [(one["kind"], one["step"], one.get("status")) for one in self.app.reports(self.key) if one["kind"] in ("status", "step")]
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
            self.train({"step1": self.ask("set", temperature=0.7, learningRate=0.02), "step4": self.ask("set", topK=3), "step5": fails}, **saved)
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
