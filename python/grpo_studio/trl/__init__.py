"""For TRL's GRPOTrainer: `GRPOTrainer(..., callbacks=[GrpoStudioCallback()])`."""

from .callback import GrpoStudioCallback

__all__ = ["GrpoStudioCallback"]
