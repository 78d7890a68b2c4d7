"""A GRPOTrainer of a model of some thousand weights, for the tests that have TRL."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, List

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import datasets
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM
from trl import GRPOConfig, GRPOTrainer

torch.set_num_threads(1)
warnings.filterwarnings("ignore", category=FutureWarning)
transformers.utils.logging.disable_progress_bar()

SIGNS = "0123456789+= "


def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {sign: at for at, sign in enumerate(["<pad>", "<eos>", *SIGNS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    told = PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="<eos>", padding_side="left")
    told.chat_template = "{% for message in messages %}{{ message['content'] }}{% endfor %}="
    return told


def model(folder: Path) -> Qwen2ForCausalLM:
    torch.manual_seed(1)
    config = Qwen2Config(
        vocab_size=len(SIGNS) + 2,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=128,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    made = Qwen2ForCausalLM(config)
    made.save_pretrained(folder)
    return Qwen2ForCausalLM.from_pretrained(folder, dtype=torch.float32)


def _texts(completions: List[Any]) -> List[str]:
    return [one if isinstance(one, str) else one[0]["content"] for one in completions]


def digits(completions: List[Any], **_: Any) -> List[float]:
    completions = _texts(completions)
    return [sum(sign.isdigit() for sign in text) / max(1, len(text)) for text in completions]


def short(completions: List[Any], **_: Any) -> List[Any]:
    completions = _texts(completions)
    return [None if len(text) == 0 else -float(len(text)) for text in completions]


def trainer(folder: Path, callbacks: List[Any], talk: bool = False, **changes: Any) -> GRPOTrainer:
    settings = dict(
        output_dir=str(folder / "out"),
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        per_device_train_batch_size=4,
        gradient_accumulation_steps=2,
        num_generations=4,
        max_completion_length=8,
        max_steps=6,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        learning_rate=1e-2,
        lr_scheduler_type="linear",
        beta=0.04,
        seed=3,
    )
    settings.update(changes)
    problems = [{"prompt": f"{a}+{b}=", "answer": str(a + b)} for a in range(8) for b in range(8)]
    if talk:
        problems = [{**one, "prompt": [{"role": "user", "content": one["prompt"]}]} for one in problems]
    return GRPOTrainer(
        model=model(folder / "model"),
        reward_funcs=[digits, short],
        args=GRPOConfig(**settings),
        train_dataset=datasets.Dataset.from_list(problems),
        eval_dataset=datasets.Dataset.from_list(problems[:2]),
        processing_class=tokenizer(),
        callbacks=callbacks,
    )
