"""The job on the head where verl trains: its data, its configuration, and verl.trainer.main_ppo, again from its newest checkpoint where workers were lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

from ..limits import Json
from ..quiet import log
from .models import longest as longest_of
from .order import Order
from .relay import Relay
from .verl_config import configuration, overrides

NEWEST = "latest_checkpointed_iteration.txt"
"""Where verl notes its newest checkpoint."""


def run(order: Order) -> None:
    """Raises what ended it."""
    import ray

    if not order.told["resume"]:
        shutil.rmtree(order.storage, ignore_errors=True)
    files = _files(order)
    ray.init(ignore_reinit_error=True)
    relay = Relay(ray.util.get_node_ip_address(), order.told["report"]["url"])
    ray.shutdown()
    try:
        configured = configuration(order, files, _longest(order, files["model"]))
        environment = {
            "GRPO_STUDIO_URL": relay.url,
            "GRPO_STUDIO_TOKEN": order.told["report"]["token"],
            "GRPO_STUDIO_KEY": order.key,
            "GRPO_STUDIO_TITLE": order.title,
        }
        _train(order, [*overrides(configured), *_handed_on(environment)], environment)
    finally:
        relay.close()


def _train(order: Order, arguments: List[str], environment: Dict[str, str]) -> None:
    """verl does not say why it ended: it is tried again as long as there is a newer checkpoint each time."""
    resumed = bool(order.told["resume"])
    while True:
        before = _newest(order)
        mode = "auto" if resumed else "disable"
        command = [sys.executable, "-m", "verl.trainer.main_ppo", *arguments, f"trainer.resume_mode={mode}"]
        status = subprocess.run(command, env={**os.environ, **environment}).returncode
        if status == 0:
            return
        if _newest(order) == before:
            raise RuntimeError(f"verl ended with status {status}; its words stand above.")
        log.warning("verl ended with status %d: it goes on from its checkpoint of step %s.", status, _newest(order))
        resumed = True


def _newest(order: Order) -> str:
    try:
        return (order.storage / NEWEST).read_text().strip()
    except OSError:
        return ""


def _handed_on(environment: Dict[str, str]) -> List[str]:
    """To verl's own workers."""
    into = "+ray_kwargs.ray_init.runtime_env.env_vars"
    return [f"{into}.{name}={json.dumps(value)}" for name, value in environment.items()]


def _files(order: Order) -> Dict[str, str]:
    """In the storage, which all nodes see."""
    folder = order.storage / "data"
    folder.mkdir(parents=True, exist_ok=True)
    model = order.model
    if "path" in order.told["model"]:
        model = str(folder / "model")
        shutil.copytree(order.model, model, dirs_exist_ok=True)
    held_out = order.lines("held-out.jsonl")[: int(order.told["finalEvalPrompts"])]
    return {
        "train": _table(folder / "train.parquet", order.lines("train.jsonl")),
        "held_out": _table(folder / "held-out.parquet", held_out),
        "model": model,
    }


def _table(path: Path, lines: List[Json]) -> str:
    from datasets import Dataset

    Dataset.from_list([row(line) for line in lines]).to_parquet(str(path))
    return str(path)


def row(line: Json) -> Json:
    """As verl's data set has it."""
    return {
        "data_source": "grpo-studio",
        "prompt": [{"role": "user", "content": line["prompt"]}],
        "reward_model": {"style": "rule", "ground_truth": line["answer"]},
        "extra_info": {"index": line["id"], "problem": json.dumps(line["problem"])},
    }


def _longest(order: Order, model: str) -> int:
    from transformers import AutoTokenizer

    lines: List[Any] = [*order.lines("train.jsonl"), *order.lines("held-out.jsonl")]
    return longest_of(AutoTokenizer.from_pretrained(model), [line["prompt"] for line in lines])
