"""
What a step sampled: prompts, texts, rewards and advantages from the trainer's own logs, which hold those of all processes; token counts and
log-probabilities from what each process has of its own. What a version of TRL does not have is left out: not delivered.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from ..limits import Json
from ..quiet import quiet, warn_once
from .texts import TokenTexts, completion_text, prompt_text

ROW = "grpo_studio_row"
"""Beside the trainer's own tensors: which sampled row each row of a micro-batch is, through its shuffling."""
ANSWERS = ("answer", "solution", "ground_truth", "target")
"""Columns of the data set that hold a reference answer, the first that there is."""

SHOWN = "grpo_studio_prompt"
"""Column that holds the prompt as a person is to read it, where that is not what the model reads."""
REASONS = "grpo_studio_reasons"
"""What reward functions say of a row beside its value, by their names: they write it into its inputs."""


class Rollouts:
    """Of one trainer, since the last step. `tokens`: a step of more sampled tokens than this is told without their log-probabilities."""

    def __init__(self, trainer: Any, tokens: int) -> None:
        self._trainer = trainer
        self._tokens = tokens
        self._texts = TokenTexts(trainer.processing_class)
        self.shared: List[Json] = []
        """Of each sampling of the step, what the logs have of all processes."""
        self.local: List[List[Json]] = []
        """Of each sampling, this process's rows."""
        self._awaited: Dict[int, Json] = {}
        self._micro: Any = None

    def clear(self) -> None:
        self.shared, self.local, self._awaited = [], [], {}

    @quiet
    def collect(self, inputs: List[Json], output: Json) -> None:
        """After a sampling: `inputs` and `output` of `_generate_and_score_completions`."""
        trainer, count = self._trainer, len(inputs) * self._trainer.accelerator.num_processes
        self.local.append([])
        self.shared.append({})
        logs = getattr(trainer, "_logs", None)
        if logs is None:
            warn_once("This version of TRL keeps no logs of its completions: prompts and texts are not delivered.")
            return
        rewards = {name: list(values)[-count:] for name, values in logs["rewards"].items()}
        self.shared[-1] = {
            "prompts": list(logs["prompt"])[-count:],
            "completions": list(logs["completion"])[-count:],
            "rewards": {name: values for name, values in rewards.items() if len(values) == count},
            "advantages": list(logs["advantages"])[-count:],
            "weights": dict(zip(trainer.reward_func_names, trainer.reward_weights.tolist())),
            "size": trainer.num_generations,
        }
        self.local[-1] = self._rows(inputs, output)

    def _rows(self, inputs: List[Json], output: Json) -> List[Json]:
        ids, mask = output["completion_ids"].tolist(), output["completion_mask"].tolist()
        tools = output["tool_mask"].tolist() if output.get("tool_mask") is not None else None
        ends = self._ends()
        rows = []
        for at, (row, kept) in enumerate(zip(ids, mask)):
            length = sum(kept) or _unpadded(row, ends)  # a text that was cut may be masked as a whole
            sampled = [place for place in range(length) if tools is None or tools[at][place]]
            rows.append(
                {
                    "tokens": len(sampled),
                    "finishReason": "stop" if length and row[length - 1] in ends else "length",
                    "prompt": inputs[at].get(SHOWN),
                    "domain": inputs[at].get("domain", ""),
                    "reasons": inputs[at].get(REASONS) or {},
                    "answer": next((str(inputs[at][name]) for name in ANSWERS if inputs[at].get(name) is not None), ""),
                    "places": sampled,
                    "ids": [row[place] for place in sampled],
                }
            )
        self._logprobs(rows, output)
        return rows

    def _ends(self) -> List[int]:
        tokenizer = getattr(self._trainer.processing_class, "tokenizer", self._trainer.processing_class)
        ends = getattr(self._trainer, "eos_token_ids", None) or [tokenizer.eos_token_id]
        return [*ends, tokenizer.pad_token_id]

    def _logprobs(self, rows: List[Json], output: Json) -> None:
        """Those of the sampler, else of the policy before its update; where the trainer has neither yet, they come with the loss."""
        waiting = sum(len(row["ids"]) for sampling in self.local for row in sampling)
        if waiting + sum(len(row["ids"]) for row in rows) > self._tokens / self._trainer.accelerator.num_processes:
            return
        known = output.get("sampling_per_token_logps")
        known = output.get("old_per_token_logps") if known is None else known
        if known is not None:
            for row, values in zip(rows, known.tolist()):
                row["logprobs"] = [round(values[place], 5) for place in row["places"]]
            return
        import torch

        first = len(self._awaited)
        self._awaited.update({first + at: row for at, row in enumerate(rows)})
        output[ROW] = torch.arange(first, first + len(rows), device=output["completion_ids"].device)

    def loss(self, original: Any, model: Any, inputs: Json, *args: Any, **kwargs: Any) -> Any:
        """Around `_compute_loss`: which rows it is of."""
        self._micro = inputs.get(ROW) if isinstance(inputs, dict) and self._trainer.model.training else None
        try:
            return original(model, inputs, *args, **kwargs)
        finally:
            self._micro = None

    def logprobs(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        """Around `_get_per_token_logps_and_entropies`, which the loss calls."""
        told = original(*args, **kwargs)
        if self._micro is not None:
            self._note(self._micro, told[0] if isinstance(told, tuple) else told)
        return told

    @quiet
    def _note(self, rows: Any, logps: Any) -> None:
        for at, values in zip(rows.tolist(), logps.detach().float().cpu().tolist()):
            row = self._awaited.pop(at, None)
            if row:
                row["logprobs"] = [round(values[place], 5) for place in row["places"]]

    def groups(self, step: int, local: List[List[List[Json]]]) -> List[Json]:
        """Reports of the step's groups; `local` has what each process collected."""
        reports: List[Json] = []
        for turn, shared in enumerate(self.shared):
            if shared:
                rows = [row for process in local for row in process[turn]]
                reports += self._of_sampling(step, len(reports), shared, rows)
        return reports

    def _of_sampling(self, step: int, first: int, shared: Json, rows: List[Json]) -> List[Json]:
        count, size = len(shared["completions"]), shared["size"]
        rows = rows if len(rows) == count else [{} for _ in range(count)]
        reports: List[Json] = []
        for start in range(0, count, size):
            places = range(start, min(start + size, count))
            reports.append(
                {
                    "kind": "group",
                    "step": step,
                    "group": first + len(reports),
                    "prompt": rows[start].get("prompt") or self._prompt(shared, start),
                    "answer": rows[start].get("answer", ""),
                    "domain": rows[start].get("domain", ""),
                    "completions": [self._completion(shared, rows[at], at) for at in places],
                }
            )
        return reports

    def _prompt(self, shared: Json, at: int) -> str:
        return prompt_text(shared["prompts"][at], self._trainer.processing_class)

    def _completion(self, shared: Json, row: Json, at: int) -> Json:
        values = {name: _finite(values[at]) for name, values in shared["rewards"].items()}
        weights, reasons = shared["weights"], row.get("reasons", {})
        judged = [weights.get(name, 1.0) * value for name, value in values.items() if value is not None]
        told: Json = {
            "text": completion_text(shared["completions"][at]),
            "tokens": row.get("tokens"),
            "finishReason": row.get("finishReason"),
            "reward": sum(judged) if judged else None,
            "parts": {
                name: {"value": value, "weight": weights.get(name, 1.0), "reason": reasons.get(name, "")}
                for name, value in values.items()
            },
            "advantage": _finite(shared["advantages"][at]) if at < len(shared["advantages"]) else None,
        }
        if row.get("logprobs") is not None:
            told["tokenTexts"], told["logprobs"] = self._texts.of(row["ids"]), row["logprobs"]
        return told


def _unpadded(row: List[int], ends: List[int]) -> int:
    length = len(row)
    while length and row[length - 1] == ends[-1]:
        length -= 1
    return length


def _finite(value: Any) -> Optional[float]:
    return float(value) if value is not None and value == value and abs(value) != float("inf") else None
