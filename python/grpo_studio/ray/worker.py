"""What each worker of the cluster does: one part of the run, from the newest checkpoint on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Dict

from ..kept import Kept
from .checkpoint import Checkpoints
from .judge import Judge
from .order import Order, working_directory
from .position import newest


def train_part(told: Dict[str, Any]) -> None:
    """`told`: {urls: where the app is reached, by node, and elsewhere under ""; token, resume}. Ray calls it in every worker."""
    import ray

    node = ray.get_runtime_context().get_node_id()
    os.environ["GRPO_STUDIO_URL"] = told["urls"].get(node, told["urls"][""])
    os.environ["GRPO_STUDIO_TOKEN"] = told["token"]
    order = Order.read(working_directory() / "job.json")
    # of this run alone: what other runs left here may be for other apps
    spool = Path(tempfile.gettempdir()) / f"grpo-studio-{os.getuid()}" / order.key
    os.environ.setdefault("GRPO_STUDIO_SPOOL", str(spool))
    run_part(order)


def run_part(order: Order) -> None:
    import torch

    position = newest(order.storage)
    part = order.part_after(position.step)
    if part is None:
        return
    if part.first == position.step + 1 and part.first > 1 and int(os.environ.get("RANK", "0")) == 0:
        Kept(str(order.storage), True, order.key).planned(position.step, part.named)
    checkpoints = Checkpoints(order, part, position.entering(part))
    gpu = torch.cuda.is_available() and float(order.workers["gpus"]) > 0
    if not gpu:
        torch.set_num_threads(max(1, int(order.workers["cpus"])))
    judge = Judge(order.folder, order.told["node"])
    try:
        _train_of(part.kind)(order, part, checkpoints, judge, gpu)
    finally:
        judge.close()


def _train_of(kind: str) -> Any:
    if kind == "grpo":
        from .grpo import train
    elif kind == "sft":
        from .sft import train
    elif kind == "rejection-sampling":
        from .rejection import train
    else:
        raise ValueError(f"This driver has no stages of the kind {kind}.")
    return train
