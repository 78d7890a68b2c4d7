"""The job on the head: part after part by Ray Train, again from the newest checkpoint where workers were lost."""

from __future__ import annotations

import shutil
from typing import Any, Dict

from ..quiet import log
from .order import Order
from .position import go_on, newest
from .relay import Relay
from .worker import train_part

PATIENCE = 3
"""Times in a row that workers may be lost without a new checkpoint."""


def run(order: Order) -> None:
    """Until the run has had its steps or a person stopped it. Raises what ended it otherwise."""
    import ray

    ray.init(ignore_reinit_error=True)
    if not order.told["resume"]:
        shutil.rmtree(order.storage, ignore_errors=True)
    order.storage.mkdir(parents=True, exist_ok=True)
    go_on(order.storage)
    report = order.told["report"]
    relay = Relay(ray.util.get_node_ip_address(), report["url"])
    here = ray.get_runtime_context().get_node_id()
    told = {"urls": {here: report["url"], "": relay.url}, "token": report["token"]}
    try:
        _parts(order, told)
    finally:
        relay.close()


def _parts(order: Order, told: Dict[str, Any]) -> None:
    lost = 0
    while True:
        before = newest(order.storage)
        part = order.part_after(before.step)
        if part is None or before.stopped:
            return
        log.warning("Stage %s, steps %d to %d", part.own["name"], before.step + 1, part.last)
        try:
            _fit(order, told, f"{before.step + 1}-{lost}")
        except Exception as error:
            if not workers_lost(error):
                raise
            after = newest(order.storage)
            lost = lost + 1 if after.step == before.step else 1
            if lost > PATIENCE:
                raise RuntimeError(f"Workers were lost {lost} times after step {after.step}: {error}") from None
            log.warning("Workers were lost (%s): training goes on from step %d.", _first_line(error), after.step)
            continue
        if newest(order.storage) == before:
            raise RuntimeError(f"The part after step {before.step} left no checkpoint in {order.storage}.")
        lost = 0


def _fit(order: Order, told: Dict[str, Any], name: str) -> None:
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    count, cpus, gpus = (order.workers[name] for name in ("count", "cpus", "gpus"))
    resources = {"CPU": cpus, **({"GPU": gpus} if gpus else {})}
    TorchTrainer(
        train_part,
        train_loop_config=told,
        scaling_config=ScalingConfig(num_workers=int(count), use_gpu=gpus > 0, resources_per_worker=resources),
        run_config=RunConfig(
            name=name, storage_path=str(order.storage / "ray"), failure_config=FailureConfig(max_failures=0)
        ),
    ).fit()


OF_TRAINING = "UserExceptionWithTraceback"
"""Ray Train's wrapper of what a worker's own code raised."""


def workers_lost(error: Exception) -> bool:
    """Not an exception of the training itself, which would come again; with one worker lost the others fail as they cannot reach it."""
    failures = list(getattr(error, "worker_failures", {}).values())
    return type(error).__name__ == "PreemptionError" or any(type(one).__name__ != OF_TRAINING for one in failures)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
