"""Answers of a policy whose trainer samples none by itself: transformers' generator, with what a GRPOTrainer has of it."""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

import torch
from transformers import GenerationConfig


class PlainSampler:
    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self.accelerator = trainer.accelerator
        self.processing_class = trainer.processing_class
        self.model = self.accelerator.unwrap_model(trainer.model)
        self.args = trainer.args
        ends = self.model.generation_config.eos_token_id
        self.eos_token_ids: List[int] = ends if isinstance(ends, list) else [self.processing_class.eos_token_id]
        self.temperature, self.top_p, self.top_k, self.min_p = 1.0, 1.0, 0, None
        self.repetition_penalty, self.max_completion_length = 1.0, 1
        self.generation_kwargs: dict = {}
        self.generation_config = GenerationConfig(
            do_sample=True,
            pad_token_id=self.processing_class.pad_token_id,
            eos_token_id=self.eos_token_ids,
            top_k=0,
        )

    def _tokenize_prompts(self, prompts: List[str]) -> Tuple[List[List[int]], None, dict]:
        return self.processing_class(prompts, add_special_tokens=False)["input_ids"], None, {}

    def _generate_single_turn(self, ids: Sequence[Sequence[int]], *_: Any) -> Tuple[List[List[int]], None]:
        batch = self.processing_class.pad({"input_ids": list(ids)}, padding_side="left", return_tensors="pt")
        device, length = self.accelerator.device, batch["input_ids"].shape[1]
        was_training = self.model.training
        self.model.eval()
        with torch.no_grad():
            made = self.model.generate(
                input_ids=batch["input_ids"].to(device),
                attention_mask=batch["attention_mask"].to(device),
                generation_config=self.generation_config,
            )
        self.model.train(was_training)
        return [self._until_end(row) for row in made[:, length:].tolist()], None

    def _until_end(self, row: List[int]) -> List[int]:
        end = next((at for at, token in enumerate(row) if token in self.eos_token_ids), None)
        return row if end is None else row[: end + 1]
