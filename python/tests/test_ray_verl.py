"""The recipe as verl's configuration, held against verl's own: its defaults, its classes, its validation. Nothing is trained, which needs GPUs."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict

from orders import order, stages

from grpo_studio.ray.verl_config import configuration, overrides

try:
    import verl
    from hydra import compose, initialize_config_dir
    from verl.utils.config import omega_conf_to_dataclass, validate_config

    LACKS = ""
except ImportError as error:
    LACKS = f"verl is not installed here: {error}"

FILES = {"train": "/data/train.parquet", "held_out": "/data/held-out.parquet", "model": "/data/a model"}
STAGE = {"kind": "grpo", "steps": 20}


class Configuration(unittest.TestCase):
    def told(self, settings: Dict[str, Any] = {}, **more: Any) -> Dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            return configuration(order(Path(folder), stages(STAGE, settings=settings), **more), FILES, 10)

    def test_what_the_app_refuses_is_refused_here_too(self) -> None:
        with self.assertRaisesRegex(ValueError, "maskTruncated"):
            self.told({"maskTruncated": True})
        with self.assertRaisesRegex(ValueError, "4 prompts of a step do not divide"):
            self.told({"miniBatches": 3})

    def test_several_stages_are_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(ValueError, "one GRPO stage"):
            configuration(order(Path(folder), stages(STAGE, STAGE)), FILES, 10)

    @unittest.skipIf(LACKS, LACKS)
    def composed(self, told: Dict[str, Any]) -> Any:
        """With verl's defaults: Hydra refuses a path that verl does not have."""
        with initialize_config_dir(str(Path(verl.__file__).parent / "trainer" / "config"), version_base=None):
            return compose("ppo_trainer", overrides(told))

    @unittest.skipIf(LACKS, LACKS)
    def test_verl_has_every_path_and_takes_every_value(self) -> None:
        told = self.told({"delta": 4, "topK": 5, "innerEpochs": 2, "klEstimator": "k1"}, workers={"count": 2, "cpus": 8, "gpus": 4})  # fmt: skip
        config = self.composed(told)
        actor = omega_conf_to_dataclass(config.actor_rollout_ref.actor)
        self.assertEqual((actor.clip_ratio_low, actor.clip_ratio_high, actor.clip_ratio_c), (0.2, 0.28, 4))
        self.assertEqual((actor.ppo_mini_batch_size, actor.ppo_epochs, actor.kl_loss_type), (2, 2, "k1"))
        self.assertEqual((actor.use_kl_loss, actor.kl_loss_coef), (True, 0.001))
        self.assertEqual(actor.loss_agg_mode, "seq-mean-token-mean")
        self.assertEqual(actor.ppo_max_token_len_per_gpu, 64)
        optim = actor.optim
        self.assertEqual((optim.lr, optim.weight_decay, optim.clip_grad), (0.01, 0, 1))
        self.assertEqual((optim.lr_warmup_steps, optim.zero_indexed_step, list(optim.betas)), (4, False, [0.9, 0.99]))
        rollout = omega_conf_to_dataclass(config.actor_rollout_ref.rollout)
        self.assertEqual((rollout.n, rollout.temperature, rollout.top_k, rollout.response_length), (4, 1, 5, 8))
        algorithm = omega_conf_to_dataclass(config.algorithm)
        self.assertEqual((algorithm.adv_estimator, algorithm.norm_adv_by_std_in_grpo), ("grpo", True))
        self.assertFalse(algorithm.use_kl_in_reward)
        reward = config.reward  # its class cannot be made in 0.9.1, of verl’s own defaults neither
        self.assertEqual(reward.reward_manager.name, "RulesManager")
        self.assertEqual((config.trainer.nnodes, config.trainer.n_gpus_per_node), (2, 4))
        self.assertEqual(config.actor_rollout_ref.model.path, "/data/a model")
        self.assertIn("message['content']", config.actor_rollout_ref.model.custom_chat_template)

    @unittest.skipIf(LACKS, LACKS)
    def test_verl_finds_it_valid(self) -> None:
        for settings, workers in (({}, 1), ({"lossType": "dr_grpo", "scaleRewards": "none", "beta": 0}, 2)):
            config = self.composed(self.told(settings, workers={"count": workers, "cpus": 8, "gpus": 2}))
            validate_config(config, use_reference_policy=settings.get("beta") != 0, use_critic=False)

    @unittest.skipIf(LACKS, LACKS)
    def test_a_loss_without_clip_from_below_and_without_kl(self) -> None:
        actor = omega_conf_to_dataclass(self.composed(self.told({"beta": 0, "delta": 0})).actor_rollout_ref.actor)
        self.assertEqual((actor.use_kl_loss, actor.clip_ratio_c), (False, 1e9))

    @unittest.skipIf(LACKS, LACKS)
    def test_adapters(self) -> None:
        lora = {"rank": 8, "alpha": 16, "targets": ["q_proj", "v_proj"]}
        model = self.composed(self.told(lora=lora)).actor_rollout_ref.model
        self.assertEqual((model.lora_rank, model.lora_alpha, list(model.target_modules)), (8, 16, ["q_proj", "v_proj"]))

    @unittest.skipIf(LACKS, LACKS)
    def test_verl_finds_the_rules_and_the_logger(self) -> None:
        from verl.trainer.ppo.reward import resolve_reward_manager_cls

        config = self.composed(self.told())
        self.assertEqual(resolve_reward_manager_cls(config).__name__, "RulesManager")
        self.assertIn("grpo_studio", list(config.trainer.logger))


if __name__ == "__main__":
    unittest.main()
