"""For TRL: `GRPOTrainer(..., callbacks=[GrpoStudioCallback()])`."""

from typing import Any

__all__ = ["GrpoStudioCallback"]


def __getattr__(name: str) -> Any:
    """It needs transformers, which is imported for those alone who ask for it."""
    if name == "GrpoStudioCallback":
        from .callback import GrpoStudioCallback

        return GrpoStudioCallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
