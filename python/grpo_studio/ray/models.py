"""The policy and its tokenizer, as transformers has them."""

from __future__ import annotations

from typing import Any, Tuple

import torch


def load(path: str) -> Tuple[Any, Any]:
    """Weights in float32, as the app trains them; on a GPU their products are bfloat16."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path, padding_side="left")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32), tokenizer


def longest(tokenizer: Any, texts: Any) -> int:
    """Tokens of the longest."""
    return max((len(ids) for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]), default=1)
