"""A rejection-sampling part: samples of the policy as it is, of which those are kept that the rules find worth keeping. Nothing is trained."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any, Dict, List, Optional

from ..limits import Json
from ..trl.course import Course
from ..trl.knobs import all_knobs
from ..trl.rollouts import SHOWN
from .checkpoint import Checkpoints
from .collected import Collection, collection_file
from .evaluation import evaluation
from .grpo import stage_trainer
from .judge import Judge
from .order import Order
from .parts import Part
from .problems import PROBLEM, asked, take
from .sampling import answers
from .teller import Teller

REASONS = ("unfinished", "wrong", "malformed", "mixed_language", "long_paragraph", "duplicate", "surplus")
SAMPLER = ("temperature", "topP", "topK", "minP", "repetitionPenalty", "maxCompletionTokens")


def train(order: Order, part: Part, checkpoints: Checkpoints, judge: Judge, gpu: bool) -> None:
    plain = {"beta": 0, "miniBatches": 1, "innerEpochs": 1}
    trainer = stage_trainer(
        order, replace(part, settings={**part.settings, **plain}), checkpoints, judge, gpu, callbacks=[]
    )
    first = checkpoints.position.step + 1
    trainer.state.max_steps = part.last - first + 1
    course = Course(first - 1, last=part.last == order.steps)
    knobs = {name: knob for name, knob in all_knobs(trainer).items() if name in SAMPLER}
    teller = Teller(order, part, trainer, course, knobs, "Nothing is trained in this stage.")
    rejection = _Rejection(order, part, trainer, checkpoints, judge, teller)
    trainer.begin(None, 0, 0, 1, lambda: rejection.save(course.step(trainer)))
    try:
        if first == 1:
            teller.tell(evaluation(order, part, trainer, judge, 0))
        for step in range(first, part.last + 1):
            rejection.step(step)
            if teller.stopped:
                break
        teller.end(step)
    except BaseException as error:
        teller.failed(error)
        raise


class _Rejection:
    def __init__(
        self, order: Order, part: Part, trainer: Any, checkpoints: Checkpoints, judge: Judge, teller: Teller
    ) -> None:
        self._order, self._part, self._trainer = order, part, trainer
        self._checkpoints, self._judge, self._teller = checkpoints, judge, teller
        self._rows = asked(order.lines("train.jsonl"), part.own.get("domains"))
        self._main = trainer.accelerator.is_main_process
        path = collection_file(order, part.stage)
        self._collection = Collection(path, checkpoints.position.step) if self._main else None

    def step(self, step: int) -> None:
        started = time.monotonic()
        self._teller.sampling()
        groups = self._sampled(step)
        if self._collection:
            reports, metrics = self._kept(step, groups, self._collection)
            self._teller.step(step, metrics, time.monotonic() - started, reports)
        self._trainer.state.global_step += 1
        self._teller.tell(evaluation(self._order, self._part, self._trainer, self._judge, step))
        if step == self._part.last or step % int(self._order.told["checkpointEvery"]) == 0:
            self.save(step)
        self._teller.boundary(step)
        if self._teller.stopped:
            self.save(step)

    def save(self, step: int) -> None:
        """Where the run is; the policy lies where it did."""
        if self._main:
            self._checkpoints.note(step, self._teller.stopped)

    def _sampled(self, step: int) -> List[Json]:
        """Groups of all workers, judged by each its own."""
        settings, accelerator = self._part.settings, self._trainer.accelerator
        rows = take(self._rows, int(settings["promptsPerStep"]), step, self._order.seed)
        own = rows[accelerator.process_index :: accelerator.num_processes]
        sampled = answers(self._trainer, [row["prompt"] for row in own], int(settings["groupSize"]))
        limit = self._trainer.max_completion_length
        groups = [
            {"problem": json.loads(row[PROBLEM]), "completions": group, "tokenLimit": limit}
            for row, group in zip(own, sampled)
        ]
        limits = {name: self._part.own[name] for name in ("minLanguage", "maxParagraph")}
        told = [
            {**group, "row": row, "verdict": verdict}
            for group, row, verdict in zip(groups, own, self._judge.ask(groups, settings, limits))
        ]
        if accelerator.num_processes == 1:
            return told
        from accelerate.utils import gather_object

        return list(gather_object(told))

    def _kept(self, step: int, groups: List[Json], collection: Collection) -> Any:
        counts: Dict[str, int] = {name: 0 for name in ("kept", *REASONS)}
        kept: List[Json] = []
        for group in groups:
            for one, flaw in zip(group["completions"], group["verdict"]["flaws"]):
                line = {"prompt": group["row"]["prompt"], "completion": one["text"], "step": step}
                why = flaw or collection.flaw(line, int(self._part.own["keepPerPrompt"]))
                counts[why or "kept"] += 1
                if not why:
                    collection.remember(line)
                    kept.append(line)
        collection.write(kept)
        return [_report(step, at, group) for at, group in enumerate(groups)], _metrics(groups, counts)


def _metrics(groups: List[Json], counts: Dict[str, int]) -> Dict[str, Optional[float]]:
    completions = [one for group in groups for one in group["completions"]]
    rewards = [one for group in groups for one in group["verdict"]["rewards"] if one is not None]
    return {
        "reward": sum(rewards) / len(rewards) if rewards else None,
        "completions/mean_length": sum(one["tokens"] for one in completions) / len(completions),
        "completions/max_length": max(one["tokens"] for one in completions),
        "completions/clipped_ratio": sum(not one["finished"] for one in completions) / len(completions),
        "samples/kept": counts["kept"],
        **{f"samples/dropped_{name}": counts[name] for name in REASONS},
    }


def _report(step: int, at: int, group: Json) -> Json:
    row, verdict = group["row"], group["verdict"]
    return {
        "kind": "group",
        "step": step,
        "group": at,
        "prompt": row[SHOWN],
        "answer": row["answer"],
        "domain": row["domain"],
        "completions": [
            {
                "text": one["text"],
                "tokens": one["tokens"],
                "finishReason": "stop" if one["finished"] else "length",
                "reward": reward,
                "parts": {
                    name: {name_of: part[name_of] for name_of in ("value", "weight", "reason")}
                    for name, part in parts.items()
                },
            }
            for one, reward, parts in zip(group["completions"], verdict["rewards"], verdict["parts"])
        ],
    }
