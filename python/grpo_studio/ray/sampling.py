"""Answers outside training, by the trainer's own generator: transformers' or vLLM's."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Sequence

from ..limits import Json
from ..trl.knobs import KNOBS, set_sampling

AT_ONCE = 256
"""Answers that are sampled at once."""

SETTERS = {
    "temperature": set_sampling("temperature", "temperature"),
    "topP": KNOBS["topP"].write,
    "topK": KNOBS["topK"].write,
    "minP": KNOBS["minP"].write,
    "repetitionPenalty": KNOBS["repetitionPenalty"].write,
    "maxCompletionTokens": KNOBS["maxCompletionTokens"].write,
}
"""The sampler's alone: the temperature of the loss stays what it is."""


@contextmanager
def sampled_as(trainer: Any, settings: Dict[str, float]) -> Iterator[None]:
    before = {name: KNOBS[name].read(trainer) or 0 for name in settings}
    try:
        for name, value in settings.items():
            SETTERS[name](trainer, value)
        yield
    finally:
        for name, value in before.items():
            SETTERS[name](trainer, value)


def evaluating(form: Json, tokens: int) -> Dict[str, float]:
    """A temperature of 0 takes the likeliest token."""
    greedy = form["temperature"] == 0
    return {
        "temperature": 1.0 if greedy else form["temperature"],
        "topP": form["topP"],
        "topK": 1 if greedy else 0,
        "minP": 0,
        "repetitionPenalty": 1.0,
        "maxCompletionTokens": tokens,
    }


def answers(trainer: Any, prompts: Sequence[str], samples: int) -> List[List[Json]]:
    """Of each prompt so many completions {text, finished, tokens}."""
    ids, _, _ = trainer._tokenize_prompts(list(prompts))
    repeated = [one for one in ids for _ in range(samples)]
    sampled: List[List[int]] = []
    for start in range(0, len(repeated), AT_ONCE):
        sampled += trainer._generate_single_turn(repeated[start : start + AT_ONCE], None, {}, 1)[0]
    told = completions(trainer, sampled)
    return [told[at * samples : (at + 1) * samples] for at in range(len(prompts))]


def completions(trainer: Any, sampled: Sequence[Sequence[int]]) -> List[Json]:
    texts = trainer.processing_class.batch_decode([list(one) for one in sampled], skip_special_tokens=True)
    return [
        {"text": text, "finished": finished(trainer, one), "tokens": len(one)} for text, one in zip(texts, sampled)
    ]


def finished(trainer: Any, ids: Sequence[int]) -> bool:
    return len(ids) > 0 and ids[-1] in trainer.eos_token_ids
