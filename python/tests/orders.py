"""Orders as the app writes them, for the tests of the driver."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List

from grpo_studio.ray.order import Order

SETTINGS: Dict[str, Any] = {
    "temperature": 1, "beta": 0.001, "learningRate": 0.01, "epsilonLow": 0.2, "epsilonHigh": 0.28, "delta": 0,
    "entropyCoefficient": 0, "offPolicyThreshold": 0, "topEntropyQuantile": 1, "cispoMaxRatio": 5,
    "sapoTemperaturePositive": 1, "sapoTemperatureNegative": 1.05, "vespoKPositive": 2, "vespoLambdaPositive": 3,
    "vespoKNegative": 3, "vespoLambdaNegative": 2, "groupSize": 4, "promptsPerStep": 4, "maxCompletionTokens": 8,
    "refreshReferenceEvery": 0, "referenceMixture": 1, "topP": 1, "topK": 0, "minP": 0, "repetitionPenalty": 1,
    "dynamicSampling": 1, "miniBatches": 2, "innerEpochs": 1, "microBatchTokens": 64, "warmupSteps": 4,
    "maxGradNorm": 1, "gaeLambda": 1, "gaeGamma": 1, "criticLearningRate": 0.002, "criticWarmupSteps": 0,
    "valueClip": 0.2, "valueCoefficient": 1, "weightDecay": 0, "adamBeta1": 0.9, "adamBeta2": 0.99,
    "advantageEstimator": "group", "klInReward": True, "lossType": "grpo", "importanceSampling": "token",
    "klEstimator": "k3", "klTimesRatio": False, "scaleRewards": "group", "rewardAggregation": "sum_then_normalize",
    "maskTruncated": False, "rewardWeights": {"accuracy": 1, "format": 0.1}, "rewardParameters": {},
    "sideWeights": {}, "sideScaling": {},
}  # fmt: skip
"""The app's defaults, smaller."""


def stages(*own: Dict[str, Any], settings: Dict[str, Any] = {}) -> List[Dict[str, Any]]:
    """Each with its kind and steps; the first step follows."""
    told, first = [], 1
    for at, one in enumerate(own):
        made = {"index": at, "name": f"stage {at}", "changes": {}, "milestones": [], **one}
        told.append({**made, "firstStep": first, "settings": {**SETTINGS, **settings, **one.get("changes", {})}})
        first += one["steps"]
    return told


def order(folder: Path, own: List[Dict[str, Any]], **told: Any) -> Order:
    return Order(
        {
            "version": 1,
            "key": "a-key-of-a-run",
            "title": "A run",
            "trainer": "trl",
            "seed": 3,
            "report": {"url": "http://127.0.0.1:1", "token": "t"},
            "model": {"path": "model"},
            "lora": None,
            "gradientCheckpointing": False,
            "trainPrompts": 8,
            "evalPrompts": 4,
            "evalEvery": 2,
            "finalEvalPrompts": 6,
            "evaluation": {"samples": 1, "temperature": 1, "topP": 1},
            "checkpointEvery": 2,
            "longestLimit": 8,
            "rewards": ["accuracy", "format"],
            "stages": own,
            "workers": {"count": 1, "cpus": 1, "gpus": 0},
            "storage": str(folder / "storage"),
            "node": "node",
            "resume": False,
            **told,
        },
        folder,
    )


def problems(folder: Path, name: str, count: int) -> None:
    (folder / "problems").mkdir(exist_ok=True)
    lines = [
        {
            "id": at,
            "prompt": f"{at % 10}+{at // 10}=",
            "answer": str(at % 10 + at // 10),
            "kind": "sum",
            "domain": "math",
            "problem": {
                "prompt": f"{at % 10}+{at // 10}=",
                "answer": str(at % 10 + at // 10),
                "kind": "sum",
                "domain": "math",
            },
        }
        for at in range(count)
    ]
    (folder / "problems" / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
