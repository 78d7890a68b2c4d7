"""A GRPO part: TRL's GRPOTrainer from one checkpoint to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Tuple

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from ..limits import Json
from ..trl.course import Course
from ..trl.knobs import NEVER
from ..trl.rollouts import REASONS
from .boundaries import Boundaries
from .checkpoint import Checkpoints
from .continued import Continued
from .judge import Judge
from .models import load, longest
from .order import Order
from .parts import Part
from .problems import InOrder, asked
from .reporter import Reporter
from .rewards import Rules
from .trl_arguments import grpo_arguments, updates_of


class StageTrainer(Continued, GRPOTrainer):
    order: InOrder

    def _tokenize_prompts(self, prompts: List[Any]) -> Tuple[List[List[int]], None, Dict[str, Any]]:
        """A prompt has its special signs in it already."""
        return self.processing_class(text=prompts, add_special_tokens=False)["input_ids"], None, {}

    def _calculate_rewards(self, inputs: List[Json], *args: Any) -> Any:
        for row in inputs:
            row[REASONS] = {}
        return super()._calculate_rewards(inputs, *args)

    def _get_train_sampler(self, dataset: Any = None) -> InOrder:
        return self.order


def train(order: Order, part: Part, checkpoints: Checkpoints, judge: Judge, gpu: bool) -> None:
    course = Course(checkpoints.position.step, updates_of(part), last=part.last == order.steps)
    reporter = Reporter(order, part, course)
    boundaries = Boundaries(order, part, course, judge, checkpoints, reporter)
    trainer = stage_trainer(order, part, checkpoints, judge, gpu, [boundaries, reporter])
    boundaries.trainer = trainer
    trainer.begin(
        checkpoints.optimizer(),
        checkpoints.position.step - checkpoints.position.optimizer_since,
        int(part.settings["warmupSteps"]),
        updates_of(part),
        boundaries.save,
    )
    trainer.train()


def stage_trainer(
    order: Order, part: Part, checkpoints: Checkpoints, judge: Judge, gpu: bool, callbacks: List[Any]
) -> StageTrainer:
    """Also the sampler of a part that trains nothing."""
    rows = asked(order.lines("train.jsonl"), part.own.get("domains"))
    if not rows:
        raise ValueError(f"The stage {part.own['name']} has no problems of {part.own.get('domains')}.")
    model, tokenizer = load(checkpoints.model())
    arguments = grpo_arguments(order, _remaining(part, checkpoints), longest(tokenizer, _prompts(rows)), gpu)
    rules = Rules(judge, part.settings)
    model.config._name_or_path = checkpoints.reference()  # where TRL takes the reference model from
    trainer = StageTrainer(
        model=model,
        reward_funcs=rules.functions(),
        args=GRPOConfig(**arguments),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=callbacks,
    )
    rules.trainer = trainer
    trainer.order = InOrder(
        len(rows),
        int(part.settings["promptsPerStep"]),
        checkpoints.position.step + 1,
        part.last,
        order.seed,
        trainer.num_generations,
        trainer.num_iterations * trainer.args.steps_per_generation,
    )
    # refreshed by steps of the run, not of the optimizer: see Boundaries
    trainer.args.sync_ref_model = trainer.ref_model is not None
    trainer.args.ref_model_sync_steps = int(part.settings["refreshReferenceEvery"]) or NEVER
    return trainer


def _prompts(rows: List[Json]) -> List[str]:
    return [row["prompt"] for row in rows]


def _remaining(part: Part, checkpoints: Checkpoints) -> Part:
    """Of a part that goes on in its middle."""
    return replace(part, first=checkpoints.position.step + 1)
