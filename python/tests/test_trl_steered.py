"""What is asked of a training with TRL holds from exactly the step that is told."""

from __future__ import annotations

from typing import Any, Dict, List

from training import LACKS, TrainerCallback, Training

if not LACKS:
    import torch


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
            def on_pre_optimizer_step(
                self, args: Any, state: Any, control: Any, optimizer: Any = None, **_: Any
            ) -> None:
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
        asked = self.ask(
            "set", temperature=0.7, topP=0.9, topK=5, minP=0.01, repetitionPenalty=1.2, maxCompletionTokens=5
        )
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
            apart.append(max(float((one - other).detach().abs().max()) for one, other in pairs))

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
        self.assertEqual(
            ["kl" in self.steps()[at]["metrics"] for at in range(1, 7)], [True, False, False, True, True, True]
        )

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
        self.assertEqual(
            [(one["step"], one["temperature"]) for one in self.seen["sampled"]], [(1, 1.0), (3, 0.7), (5, 0.7)]
        )
        self.assertEqual(self.seen["logps"], [1.0] * 4 + [0.7] * 8)
        self.assertEqual({one["step"] for one in self.app.reports(self.key, "group")}, {1, 3, 5})
        self.assertIn("logprobs", self.app.reports(self.key, "group")[0]["completions"][0])

    def test_what_cannot_be_turned_is_refused_with_the_reason(self) -> None:
        self.train(
            {"step1": self.ask("set", beta=0.1, epsilonLow=0.1), "step2": self.ask("set", groupSize=8)}, beta=0.0
        )
        self.assertIn("without a reference model", self.answers()[1]["refused"])
        self.assertIn("no groupSize", self.answers()[2]["refused"])
        self.assertEqual({one["epsilon_low"] for one in self.seen["loss"]}, {0.2}, "all of it or nothing")
        opening = self.app.openings[0]
        self.assertNotIn("beta", opening["knobs"])
        self.assertIn("without a reference model", opening["refusals"]["beta"])
        self.assertIn("num_generations", opening["refusals"]["groupSize"])
        self.assertIn("temperature", opening["knobs"])
