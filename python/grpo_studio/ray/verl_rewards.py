"""The rules as a reward manager of verl's: it asks them of one output at a time."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

from .judge import Judge
from .order import Order, working_directory

UNJUDGED = 0.0
"""verl has no word for an output on which no rule has a verdict."""


class RulesManager(RewardManagerBase):
    _judge: Optional[Judge] = None

    def __init__(self, config: Any, tokenizer: Any, compute_score: Any = None, **_: Any) -> None:
        super().__init__(config, tokenizer, compute_score)
        self._order = Order.read(working_directory() / "job.json")
        self._settings = self._order.parts[0].settings
        self._judge = Judge(self._order.folder, self._order.told["node"])

    async def run_single(self, data: Any) -> Dict[str, Any]:
        item = data[-1:][0]
        responses = item.batch["responses"]
        length = int(item.batch["attention_mask"][-responses.shape[-1] :].sum())
        ids = responses[:length].tolist()
        problem = json.loads(item.non_tensor_batch["extra_info"]["problem"])
        return await self.loop.run_in_executor(None, lambda: self._judged(ids, problem))

    def _judged(self, ids: Any, problem: Dict[str, Any]) -> Dict[str, Any]:
        ends = {self.tokenizer.eos_token_id}
        completion = {
            "text": self.tokenizer.decode(ids, skip_special_tokens=True),
            "finished": bool(ids) and ids[-1] in ends,
            "tokens": len(ids),
        }
        group = {
            "problem": problem,
            "completions": [completion],
            "tokenLimit": int(self._settings["maxCompletionTokens"]),
        }
        assert self._judge
        score = self._judge.ask([group], self._settings, "score")[0]
        right = self._judge.ask([group], self._settings, "evaluate")[0]
        parts = {name: part["value"] or 0.0 for name, part in score["parts"][0].items()}
        reward = score["rewards"][0]
        told = UNJUDGED if reward is None else reward
        return {"reward_score": told, "reward_extra_info": {"acc": float(right["right"][0]), **parts}}
