"""Stands for Node with the app's rules, for the tests of the driver: digits are right, and shorter is better formed."""

from __future__ import annotations

import json
import sys

for line in sys.stdin:
    asked = json.loads(line)
    texts = [one["text"] for one in asked["completions"]]
    shares = [sum(sign.isdigit() for sign in text) / max(1, len(text)) for text in texts]
    told = {"id": asked["id"]}
    if asked["ask"] == "evaluate":
        told |= {"right": [share > 0.5 for share in shares], "formatted": [1.0] * len(texts)}
    else:
        parts = [
            {
                "accuracy": {"value": share, "reason": f"{share:.2f} of it are digits", "weight": 1},
                "format": {"value": None, "reason": "no verdict", "weight": 0.1},
            }
            for share in shares
        ]
        told |= {"rewards": shares, "parts": parts}
        if isinstance(asked["ask"], dict):
            told["flaws"] = [None if share > 0.3 else "wrong" for share in shares]
    print(json.dumps(told), flush=True)
