"""Reports runs of other trainers to grpo-studio, and lets a person steer them from there."""

from typing import Any

from .commands import Command
from .run import Run
from .version import VERSION as __version__

__all__ = ["Command", "GrpoStudioCallback", "Run", "__version__"]


def __getattr__(name: str) -> Any:
    """`GrpoStudioCallback` needs transformers, which is imported for those alone who ask for it."""
    if name == "GrpoStudioCallback":
        from .trl import GrpoStudioCallback

        return GrpoStudioCallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
