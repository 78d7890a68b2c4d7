"""A plain torch GRPO loop, tight: what torch itself can do. Llama weights, preallocated KV cache, joined projections, fused AdamW."""
import json
import os
import random

import order as o
from order import ORDER

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file

torch.set_num_threads(ORDER["threads"])
torch.manual_seed(0)
config = json.load(open(os.path.join(ORDER["model"], "config.json")))
V, H, L = config["vocab_size"], config["hidden_size"], config["num_hidden_layers"]
NH, NKV, I = config["num_attention_heads"], config["num_key_value_heads"], config["intermediate_size"]
HD = config.get("head_dim") or H // NH
EPS, THETA, PAD, EOS = config["rms_norm_eps"], config["rope_theta"], 0, config["eos_token_id"]
NEG = torch.finfo(torch.float32).min


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = nn.Parameter(torch.ones(H)), nn.Parameter(torch.ones(H))
        self.qkv = nn.Linear(H, (NH + 2 * NKV) * HD, bias=False)
        self.o = nn.Linear(NH * HD, H, bias=False)
        self.gu = nn.Linear(H, 2 * I, bias=False)
        self.down = nn.Linear(I, H, bias=False)


def rope(x, cos, sin):
    """x (B, heads, T, HD), half-split as in Hugging Face's layout"""
    x1, x2 = x[..., : HD // 2], x[..., HD // 2 :]
    return x * cos + torch.cat((-x2, x1), -1) * sin


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(V, H)
        self.blocks = nn.ModuleList(Block() for _ in range(L))
        self.norm = nn.Parameter(torch.ones(H))
        self.head = nn.Linear(H, V, bias=False)
        if config.get("tie_word_embeddings"):
            self.head.weight = self.emb.weight
        angles = torch.outer(torch.arange(config["max_position_embeddings"]).float(), 1.0 / THETA ** (torch.arange(0, HD, 2).float() / HD))
        angles = torch.cat((angles, angles), -1)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def projected(self, b, x, cos, sin):
        B, T, _ = x.shape
        q, k, v = b.qkv(F.rms_norm(x, (H,), b.n1, EPS)).split([NH * HD, NKV * HD, NKV * HD], -1)
        q = rope(q.view(B, T, NH, HD).transpose(1, 2), cos, sin)
        k = rope(k.view(B, T, NKV, HD).transpose(1, 2), cos, sin)
        return q, k, v.view(B, T, NKV, HD).transpose(1, 2)

    def rest(self, b, x, y):
        B, T, _ = x.shape
        x = x + b.o(y.transpose(1, 2).reshape(B, T, NH * HD))
        g, u = b.gu(F.rms_norm(x, (H,), b.n2, EPS)).chunk(2, -1)
        return x + b.down(F.silu(g) * u)

    def forward(self, ids, bias, kv=None):
        """Final hidden states of a full pass; bias (B, 1, T, T) is added to the scores; kv takes each layer's keys and values."""
        T = ids.shape[1]
        x = self.emb(ids)
        for b in self.blocks:
            q, k, v = self.projected(b, x, self.cos[:T], self.sin[:T])
            if kv is not None:
                kv.append((k, v))
            x = self.rest(b, x, F.scaled_dot_product_attention(q, k, v, attn_mask=bias, enable_gqa=True))
        return F.rms_norm(x, (H,), self.norm, EPS)

    def step(self, ids, pos, K, Vv, bias):
        """Logits after one more token a row. K, Vv (L, B, NKV, S, HD); bias (B, 1, group, pos + 1)"""
        x = self.emb(ids)[:, None]
        B = x.shape[0]
        cos, sin = self.cos[pos : pos + 1], self.sin[pos : pos + 1]
        for i, b in enumerate(self.blocks):
            q, k, v = self.projected(b, x, cos, sin)
            K[i, :, :, pos : pos + 1] = k
            Vv[i, :, :, pos : pos + 1] = v
            # grouped heads as query rows: no repeat of keys and values
            grouped = q.reshape(B, NKV, NH // NKV, HD)
            y = F.scaled_dot_product_attention(grouped, K[i, :, :, : pos + 1], Vv[i, :, :, : pos + 1], attn_mask=bias)
            x = self.rest(b, x, y.reshape(B, NH, 1, HD))
        return self.head(F.rms_norm(x[:, 0], (H,), self.norm, EPS))


def load(model):
    w = load_file(os.path.join(ORDER["model"], "model.safetensors"))
    with torch.no_grad():
        model.emb.weight.copy_(w["model.embed_tokens.weight"])
        model.norm.copy_(w["model.norm.weight"])
        if not config.get("tie_word_embeddings"):
            model.head.weight.copy_(w["lm_head.weight"])
        for i, b in enumerate(model.blocks):
            p = f"model.layers.{i}."
            b.n1.copy_(w[p + "input_layernorm.weight"])
            b.n2.copy_(w[p + "post_attention_layernorm.weight"])
            b.qkv.weight.copy_(torch.cat([w[f"{p}self_attn.{x}_proj.weight"] for x in "qkv"]))
            b.o.weight.copy_(w[p + "self_attn.o_proj.weight"])
            b.gu.weight.copy_(torch.cat([w[p + "mlp.gate_proj.weight"], w[p + "mlp.up_proj.weight"]]))
            b.down.weight.copy_(w[p + "mlp.down_proj.weight"])
    return model


def full_bias(mask):
    """(B, T) key mask -> (B, 1, T, T) added to scores: causal, and no padding"""
    T = mask.shape[1]
    causal = torch.full((T, T), NEG).triu(1)
    bias = torch.minimum(causal[None], ((1 - mask) * NEG)[:, None, :])
    bias.diagonal(dim1=1, dim2=2).zero_()  # a padded row sees itself: no NaN
    return bias[:, None]


G, LIMIT, BETA = ORDER["samples"], ORDER["tokens"], ORDER["beta"]


@torch.inference_mode()
def generate(prompts):
    """Ids left-padded to the longest prompt. Returns prompt ids and mask, output ids and mask, and the log-prob of each drawn token."""
    n, P = len(prompts), max(map(len, prompts))
    pid, pm = torch.full((n, P), PAD), torch.zeros(n, P)
    for i, x in enumerate(prompts):
        pid[i, P - len(x) :] = torch.tensor(x)
        pm[i, P - len(x) :] = 1
    B, S, kv = n * G, P + LIMIT, []
    logits = model.head(model(pid, full_bias(pm), kv)[:, -1]).repeat_interleave(G, 0)
    K = torch.zeros(L, B, NKV, S, HD)
    Vv = torch.zeros_like(K)
    for i, (k, v) in enumerate(kv):  # prompts are read once a group
        K[i, :, :, :P] = k.repeat_interleave(G, 0)
        Vv[i, :, :, :P] = v.repeat_interleave(G, 0)
    pid, pm = pid.repeat_interleave(G, 0), pm.repeat_interleave(G, 0)
    bias = torch.zeros(B, 1, 1, S)
    bias[:, 0, 0, :P] = (1 - pm) * NEG
    bias = bias.expand(B, 1, NH // NKV, S)
    out, mask, logps = torch.full((B, LIMIT), PAD), torch.zeros(B, LIMIT), torch.zeros(B, LIMIT)
    alive = torch.ones(B, dtype=torch.bool)
    for t in range(LIMIT):
        if ORDER["forceLength"]:
            logits[:, EOS] = NEG
        # Gumbel-max, the same draw as softmax and multinomial
        token = (logits - torch.empty_like(logits).exponential_().log_()).argmax(-1)
        logps[:, t] = logits.log_softmax(-1).gather(-1, token[:, None])[:, 0]
        out[:, t] = torch.where(alive, token, PAD)
        mask[:, t] = alive
        alive = alive & (token != EOS)
        if t + 1 == LIMIT or not bool(alive.any()):
            break
        logits = model.step(out[:, t], P + t, K, Vv, bias[..., : P + t + 1])
    return [x.clone() for x in (pid, pm, out[:, : t + 1], mask[:, : t + 1], logps[:, : t + 1])]


def log_probs(m, ids, bias, count):
    """of the last `count` ids, and the whole distribution"""
    lp = m.head(m(ids, bias)[:, -count - 1 : -1]).log_softmax(-1)
    return lp.gather(-1, ids[:, -count:, None])[..., 0], lp


model = load(Model())
reference = load(Model()).requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=ORDER["learningRate"], weight_decay=0.0, fused=True)
words, problems = ORDER["vocabulary"], ORDER["problems"]


def text_of(ids):
    return "".join(words[i] for i in ids if i != EOS)


def step(problems):
    pid, pm, cid, cm, old = generate([p["promptIds"] for p in problems])
    lengths = cm.sum(1).int().tolist()
    scores = [o.reward(text_of(row[:n]), problems[i // G]["answer"]) for i, (row, n) in enumerate(zip(cid.tolist(), lengths))]
    by_group = torch.tensor(scores).view(-1, G)
    advantages = ((by_group - by_group.mean(1, keepdim=True)) / (by_group.std(1, keepdim=True) + 1e-4)).view(-1, 1)
    counted = cm
    if ORDER["maskTruncated"]:
        counted = cm * ((cid == EOS).any(1, keepdim=True))
    ids, mask, count = torch.cat([pid, cid], 1), torch.cat([pm, cm], 1), cid.shape[1]
    order = list(range(len(scores)))
    random.shuffle(order)
    for part in torch.tensor(order).chunk(ORDER["miniBatches"]):
        bias, weight = full_bias(mask[part]), counted[part]
        with torch.inference_mode():
            ref = log_probs(reference, ids[part], bias, count)[0]
        lp, full = log_probs(model, ids[part], bias, count)
        ratio, adv = (lp - old[part]).exp(), advantages[part]
        loss = -torch.min(ratio * adv, ratio.clamp(0.8, 1.28) * adv)
        reach = ref.clone() - lp
        loss = loss + BETA * (reach.exp() - reach - 1)
        if ORDER["loss"] == "grpo":
            loss = ((loss * weight).sum(1) / weight.sum(1).clamp(min=1)).mean()
        else:
            loss = (loss * weight).sum() / weight.sum().clamp(min=1)
        with torch.no_grad():  # a metric of both others, so of this one too
            (-(full.exp() * full).sum(-1) * weight).sum().item()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return sum(lengths)


o.say({"ready": True, "versions": {"torch": torch.__version__}, "parameters": sum(p.numel() for p in model.parameters())})
at = 0
while True:
    started = o.await_turn()
    batch = [problems[(at + i) % len(problems)] for i in range(ORDER["prompts"])]
    at += ORDER["prompts"]
    o.done(started, step(batch))
