"""Loads exported models with transformers, peft and llama.cpp, and prints the logits that each computes (log-probabilities from
llama.cpp), as JSON.

Needs: pip install torch transformers peft xllamacpp
Called by test/bench/interop.ts with a job file: {"ids": [...], "text": "...", "base": DIR, "hf": {NAME: DIR}, "peft": {NAME: DIR}, "gguf": {NAME: FILE}}
"""

import importlib.metadata
import json
import sys
import urllib.request

import torch
import transformers
import xllamacpp
from peft import PeftModel


def logits_of(model, ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].float().tolist()


def with_transformers(folder, ids):
    # strict: a weight that is missing or left over would only be a warning
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[kind], f"{folder}: {kind} {info[kind]}"
    return logits_of(model.eval(), ids)


def with_peft(base, folder, ids):
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
    return logits_of(PeftModel.from_pretrained(model, folder).eval(), ids)


def with_llama(file, ids, text):
    """llama.cpp's own server, which tells log-probabilities. Keys and values in 32 bits and no flash attention: what is measured is the file."""
    params = xllamacpp.CommonParams()
    params.model.path = file
    params.n_ctx = 128
    params.n_parallel = 1
    params.warmup = False
    params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)

    def ask(path, question):
        request = urllib.request.Request(
            server.listening_address + path, json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    log_probs = []
    for end in range(1, len(ids)):
        question = {"prompt": ids[:end], "n_predict": 1, "n_probs": 1 << 20, "cache_prompt": False}
        # what is drawn must be text by itself, or there is no answer to tell of; the log-probabilities are those before this bias
        question["logit_bias"] = [[ids[0], 1000]]
        top = ask("/completion", question)["completion_probabilities"][0]["top_logprobs"]
        log_probs.append([one["logprob"] for one in sorted(top, key=lambda one: one["id"])])
    tokens = ask("/tokenize", {"content": text, "add_special": False})["tokens"]
    return log_probs, {"ids": tokens, "text": ask("/detokenize", {"tokens": tokens})["content"]}


def main():
    with open(sys.argv[1]) as file:
        job = json.load(file)
    ids, text = job["ids"], job["text"]
    logits, tokens = {}, {}
    for name, folder in job["hf"].items():
        logits[name] = with_transformers(folder, ids)
        # the class that reads tokenizer.json as it is: AutoTokenizer takes Qwen's own for any model of that type
        tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(folder)
        tokens[name] = {"ids": tokenizer.encode(text, add_special_tokens=False), "eos": tokenizer.eos_token_id}
    for name, folder in job["peft"].items():
        logits[name] = with_peft(job["base"], folder, ids)
    for name, file in job["gguf"].items():
        logits[name], tokens[name] = with_llama(file, ids, text)
    packages = ("torch", "transformers", "peft", "xllamacpp")
    print(json.dumps({"versions": {p: importlib.metadata.version(p) for p in packages}, "logits": logits, "tokens": tokens}))


main()
