"""
For OpenRLHF, whose trainer lives in a Ray worker: `from grpo_studio.openrlhf import init; init()` before `train(args)`, and
`--logger.tensorboard_dir`: what it tells TensorBoard is reported too.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Optional

from .limits import Json
from .logged import LoggedRun, at, flat, hidden, numbers
from .names import OPENRLHF, ours
from .quiet import quiet

SETTINGS = {
    "temperature": "rollout.temperature",
    "topP": "rollout.top_p",
    "maxCompletionTokens": "rollout.max_new_tokens",
    "groupSize": "rollout.n_samples_per_prompt",
    "promptsPerStep": "rollout.batch_size",
    "beta": "algo.kl.init_coef",
    "learningRate": "actor.adam.lr",
    "delta": "actor.dual_clip",
    "innerEpochs": "train.max_epochs",
    "gaeGamma": "algo.advantage.gamma",
    "gaeLambda": "algo.advantage.lambd",
}
HOOK = "grpo_studio.openrlhf.register"


class OpenRlhfLogger:
    """Has the methods of OpenRLHF's own loggers."""

    def __init__(self, args: Any) -> None:
        self._config = hidden(flat(args), ["logger.wandb.key"])
        self._every = int(at(self._config, "logger.logging_steps") or 1)
        self._logged = LoggedRun("openrlhf", str(at(self._config, "ckpt.path") or "."), self._facts)

    def _facts(self) -> Json:
        config = self._config
        settings = numbers(config, SETTINGS)
        clip = at(config, "actor.eps_clip_low_high")
        low, high = clip if isinstance(clip, (list, tuple)) and len(clip) == 2 else (at(config, "actor.eps_clip"),) * 2
        settings.update(
            {name: float(value) for name, value in (("epsilonLow", low), ("epsilonHigh", high)) if value is not None}
        )
        return {
            "title": str(at(config, "logger.wandb.run_name") or "OpenRLHF"),
            "version": _version(),
            "model": str(at(config, "actor.model_name_or_path") or ""),
            "seed": at(config, "train.seed"),
            "config": config,
            "settings": settings,
        }

    @quiet
    def log_train(self, global_step: int, logs_dict: Dict[str, Any]) -> None:
        run = self._logged.open(global_step - self._every)
        if run:
            metrics = ours(logs_dict, OPENRLHF)
            run.step(global_step, metrics, seconds=metrics.get("seconds/step"))
            self._logged.boundary(global_step)

    @quiet
    def log_eval(self, global_step: int, logs_dict: Dict[str, Any]) -> None:
        run = self._logged.open(global_step)
        if run:
            run.evaluation(global_step, ours(logs_dict, {}))

    def close(self) -> None:
        self._logged.finish()


def _version() -> str:
    try:
        from importlib.metadata import version

        return version("openrlhf")
    except Exception:
        return ""


@quiet
def register() -> None:
    """In each of OpenRLHF's workers, before it imports its trainer: its logger of TensorBoard tells the app too."""
    from openrlhf.utils import logging_utils

    theirs = logging_utils.TensorboardLogger
    if getattr(theirs, "reports", False):
        return

    class Both(theirs):  # type: ignore[misc, valid-type]
        reports = True

        def __init__(self, args: Any) -> None:
            super().__init__(args)
            self.mine = OpenRlhfLogger(args)

        def log_train(self, global_step: int, logs_dict: Dict[str, Any]) -> None:
            super().log_train(global_step, logs_dict)
            self.mine.log_train(global_step, logs_dict)

        def log_eval(self, global_step: int, logs_dict: Dict[str, Any]) -> None:
            super().log_eval(global_step, logs_dict)
            self.mine.log_eval(global_step, logs_dict)

        def close(self) -> None:
            super().close()
            self.mine.close()

    logging_utils.TensorboardLogger = Both


def init(runtime_env: Optional[Dict[str, Any]] = None, **options: Any) -> None:
    """
    Starts Ray as OpenRLHF does, whose own start is then left out, with `register` run in every worker. `options` go to `ray.init`, with what
    the runtime environment has beside.
    """
    import ray

    environment = dict(runtime_env or {})
    kept = {"TOKENIZERS_PARALLELISM": "true", "NCCL_DEBUG": "WARN", "RAY_ENABLE_ZERO_COPY_TORCH_TENSORS": "1"}
    variables = {name: os.environ.get(name, value) for name, value in kept.items()}
    environment["env_vars"] = {**variables, **environment.get("env_vars", {})}
    environment.setdefault("worker_process_setup_hook", HOOK)
    ray.init(runtime_env=environment, **options)
