"""A training with TRL that takes its time: `python train_tiny.py FOLDER STEPS`. It is asked from outside what it does."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import tiny
from transformers import TrainerCallback

from grpo_studio import GrpoStudioCallback


class Slow(TrainerCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        time.sleep(0.1)


if __name__ == "__main__":
    trainer = tiny.trainer(Path(sys.argv[1]), [Slow(), GrpoStudioCallback()], max_steps=int(sys.argv[2]))
    print("made", flush=True)
    trainer.train()
