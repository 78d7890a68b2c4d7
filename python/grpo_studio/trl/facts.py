"""What a GRPOTrainer says of its run when it is opened."""

from __future__ import annotations

import os
import re
from typing import Any, Dict, Tuple

from ..limits import Json
from .knobs import FIXED, all_knobs, values

SECRET = re.compile(r"token$|secret|password|api_key", re.IGNORECASE)
"""Names of arguments whose values stay here."""
PROBES = {"beta": 0.04}
"""Values by which is seen whether a knob can be turned, where its own value tells nothing."""


def facts(trainer: Any) -> Json:
    """Arguments of `Run`."""
    args = trainer.args
    knobs, refusals = turnable(trainer)
    return {
        "title": title(args),
        "version": version(),
        "model": str(getattr(trainer.model.config, "_name_or_path", "") or ""),
        "seed": args.seed,
        "total_steps": trainer.state.max_steps if trainer.state.max_steps > 0 else None,
        "config": {name: value for name, value in args.to_dict().items() if not SECRET.search(name)},
        "settings": {**values(trainer), **_fixed(trainer)},
        "rewards": dict(zip(trainer.reward_func_names, trainer.reward_weights.tolist())),
        "knobs": knobs,
        "refusals": refusals,
        "commands": ["pause", "resume", "step", "stop", "save"],
    }


def title(args: Any) -> str:
    """`run_name`, else the name of the output folder."""
    folder = os.path.basename(os.path.normpath(args.output_dir or "")) or "run"
    return str(args.run_name) if args.run_name and args.run_name != args.output_dir else folder


def turnable(trainer: Any) -> Tuple[list, Dict[str, str]]:
    """Names of knobs that this trainer turns, and why it does not turn the others."""
    refusals = dict(FIXED)
    names = []
    for name, knob in all_knobs(trainer).items():
        try:
            value = knob.read(trainer)
            why = knob.refusal(trainer, value or PROBES.get(name, 0) if value is not None else 0)
        except (AttributeError, TypeError) as error:
            why = f"This version of TRL has it nowhere where this client looks for it ({error})."
        if why:
            refusals[name] = why
        else:
            names.append(name)
    return names, refusals


def _fixed(trainer: Any) -> Dict[str, float]:
    """Settings that stay as they are, by our names."""
    args = trainer.args
    told = {
        "groupSize": trainer.num_generations,
        "promptsPerStep": _prompts(trainer),
        "innerEpochs": trainer.num_iterations,
        "maxGradNorm": args.max_grad_norm,
        "weightDecay": args.weight_decay,
        "topEntropyQuantile": getattr(args, "top_entropy_quantile", None),
    }
    return {name: value for name, value in told.items() if value is not None}


def _prompts(trainer: Any) -> float:
    """Groups of a step, over all processes."""
    args = trainer.args
    texts = args.per_device_train_batch_size * args.gradient_accumulation_steps * trainer.accelerator.num_processes
    return texts / trainer.num_generations


def version() -> str:
    try:
        import trl

        return str(trl.__version__)
    except Exception:
        return ""
