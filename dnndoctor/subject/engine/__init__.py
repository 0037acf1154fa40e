"""The trial engine: whole trials as compiled loops around the model's own `train_step`, reset by assignment."""

from dnndoctor.subject.engine.engine import Engine
from dnndoctor.subject.engine.job import Progress

__all__ = ["Engine", "Progress"]
