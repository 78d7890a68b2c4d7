"""TRL's GRPOTrainer, on the processor unless the bench is told --gpu, one rollout with its optimizer steps each time that the bench asks."""
import os
import tempfile

import order as o
from order import ORDER

import datasets
import torch
import transformers
import trl
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback

torch.set_num_threads(ORDER["threads"])
folder = ORDER["model"]
tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
tokenizer.padding_side = "left"
if tokenizer.pad_token is None:
    tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
lora = None
if ORDER["lora"]:
    from peft import LoraConfig

    lora = LoraConfig(
        r=ORDER["lora"]["rank"], lora_alpha=ORDER["lora"]["alpha"], target_modules=ORDER["lora"]["targets"], lora_dropout=0.0
    )

rows = ORDER["prompts"] * ORDER["samples"]
parts = ORDER["miniBatches"]
arguments = trl.GRPOConfig(
    output_dir=tempfile.mkdtemp(prefix="trl-"), use_cpu=not o.GPU, bf16=False, fp16=False, gradient_checkpointing=False,
    per_device_train_batch_size=rows // parts, steps_per_generation=parts, gradient_accumulation_steps=1,
    num_generations=ORDER["samples"], max_completion_length=ORDER["tokens"], num_iterations=1, beta=ORDER["beta"],
    epsilon=0.2, epsilon_high=0.28, temperature=1.0, loss_type=ORDER["loss"], learning_rate=ORDER["learningRate"],
    lr_scheduler_type="constant", max_grad_norm=1.0, max_steps=10**6, logging_steps=10**6, save_strategy="no",
    report_to="none", disable_tqdm=True, dataloader_num_workers=0, dataloader_pin_memory=False, shuffle_dataset=False,
    mask_truncated_completions=ORDER["maskTruncated"], seed=0,
    generation_kwargs={"min_new_tokens": ORDER["tokens"]} if ORDER["forceLength"] else None,
)


class Turns(TrainerCallback):
    """Begins a rollout when it is this party's turn; tells its time after the last of its optimizer steps."""

    started = 0.0
    tokens = 0

    def on_step_begin(self, args, state, control, **_):
        if state.global_step % parts == 0:
            self.started = o.await_turn()

    def on_step_end(self, args, state, control, **_):
        if state.global_step % parts == 0:
            o.done(self.started, self.tokens)


turns = Turns()


def rewards(prompts, completions, completion_ids, answer, **_):
    turns.tokens = sum(len(ids) for ids in completion_ids)
    return [o.reward(text, right) for text, right in zip(completions, answer)]


problems = datasets.Dataset.from_list([{"prompt": p["prompt"], "answer": p["answer"]} for p in ORDER["problems"]])
trainer = trl.GRPOTrainer(
    model=model, reward_funcs=rewards, args=arguments, train_dataset=problems, processing_class=tokenizer, callbacks=[turns],
    peft_config=lora,
)
o.say({
    "ready": True,
    "versions": {"trl": trl.__version__, "torch": torch.__version__, "transformers": transformers.__version__},
    "parameters": sum(p.numel() for p in model.parameters()),
})
trainer.train()
