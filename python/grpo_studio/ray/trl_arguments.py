"""Arguments of TRL's trainers for a part of a run: what the table says, and what needs more than a name."""

from __future__ import annotations

import importlib.util
from typing import Any, Dict, Mapping

from .mapping import arguments
from .order import Order
from .parts import Part
from .problems import micro_rows, shared_evenly


def updates_of(part: Part) -> int:
    """Optimizer steps in a step of the run."""
    return int(part.settings["miniBatches"] * part.settings["innerEpochs"]) if part.kind == "grpo" else 1


def grpo_arguments(order: Order, part: Part, longest: int, gpu: bool) -> Dict[str, Any]:
    """`longest`: tokens of the longest prompt. Raises `ValueError` for batches that do not divide among the workers."""
    settings, workers = part.settings, int(order.workers["count"])
    prompts, group, parts = (int(settings[name]) for name in ("promptsPerStep", "groupSize", "miniBatches"))
    shared_evenly("prompts of a step", prompts, workers, "workers")
    rows = shared_evenly("outputs of a step", prompts * group, workers * parts, "mini-batches of all workers")
    micro = micro_rows(rows, longest + int(settings["maxCompletionTokens"]), int(settings["microBatchTokens"]))
    return {
        **common(order, part, gpu),
        **arguments("trl", settings),
        "per_device_train_batch_size": micro,
        "gradient_accumulation_steps": rows // micro,
        "steps_per_generation": parts * (rows // micro),
        "logging_steps": updates_of(part),
        "max_steps": (part.last - part.first + 1) * updates_of(part),
        "reward_weights": list(settings["rewardWeights"].values()),
        "shuffle_dataset": False,
        "use_vllm": gpu and importlib.util.find_spec("vllm") is not None,
        "vllm_mode": "colocate",
    }


def sft_arguments(order: Order, part: Part, longest: int, gpu: bool) -> Dict[str, Any]:
    """`longest`: tokens of the longest example."""
    settings = part.settings
    rows = shared_evenly("examples of a step", int(settings["promptsPerStep"]), int(order.workers["count"]), "workers")
    micro = micro_rows(rows, longest, int(settings["microBatchTokens"]))
    names = ("learning_rate", "max_grad_norm", "weight_decay", "adam_beta1", "adam_beta2")
    told = arguments("trl", settings)
    return {
        **common(order, part, gpu),
        **{name: told[name] for name in names},
        "per_device_train_batch_size": micro,
        "per_device_eval_batch_size": micro,
        "gradient_accumulation_steps": rows // micro,
        "logging_steps": 1,
        "max_steps": part.last - part.first + 1,
        "max_length": None,
        "packing": False,
    }


def common(order: Order, part: Part, gpu: bool) -> Dict[str, Any]:
    checkpointing: Mapping[str, Any] = order.told
    return {
        "output_dir": str(order.storage),
        "seed": (order.seed * 1_000_003 + part.first) % 2**32,
        "use_cpu": not gpu,
        "bf16": gpu,
        "gradient_checkpointing": bool(checkpointing["gradientCheckpointing"]),
        "lr_scheduler_type": "constant",
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": gpu,
    }
