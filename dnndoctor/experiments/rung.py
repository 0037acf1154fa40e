"""A rung of the ladder as it was climbed: what became of one experiment."""

from dataclasses import dataclass
from enum import StrEnum


class RungState(StrEnum):
    """What became of an experiment; nothing of it is a judgement yet."""

    DONE = "done"
    SKIPPED = "skipped"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung that was climbed, skipped or left undecided.

    Attributes:
        name: The experiment's name ("learning_rate_sweep"); "facts" for what was seen without training.
        question: What it asks, as a person would.
        state: What became of it.
        reason: Why it was skipped or is inconclusive, one sentence; empty where it is done.
        seconds: Wall time it took.
        trials: Ids of its trials, in the order they were planned.
    """

    name: str
    question: str
    state: RungState
    reason: str = ""
    seconds: float = 0.0
    trials: tuple[str, ...] = ()
