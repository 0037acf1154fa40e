"""A changed recipe against the user's own, run by run with the same seeds."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Outcomes
from dnndoctor.experiments.curves import usable


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """What pairs of runs reached.

    Attributes:
        seeds: Of the pairs.
        own, other: What each of the user's own runs and each changed one reached, by seed.
        measure: "validation skill", "training skill" or "progress" (where nothing can be decoded).
        own_exploded, other_exploded: How many runs became NaN or infinite.
        trials: Ids of the changed runs.
    """

    seeds: tuple[int, ...]
    own: tuple[float, ...]
    other: tuple[float, ...]
    measure: str
    own_exploded: int
    other_exploded: int
    trials: tuple[str, ...]

    @property
    def gain(self) -> float:
        """Mean gain over the user's own runs."""
        return statistics.fmean(self.other) - statistics.fmean(self.own)

    @property
    def wins(self) -> int:
        """Seeds on which the changed recipe did better."""
        return sum(other > own for own, other in zip(self.own, self.other, strict=True))


def usable_pairs(outcomes: Outcomes, asked: Iterable[tuple[Trial, Trial]]) -> list[tuple[Outcome, Outcome]]:
    """The pairs both of whose runs tell something; none where that is but one, which shows no spread.

    Args:
        outcomes: By trial id.
        asked: The user's own trial and the changed one, of each seed.
    """
    came = [(outcomes.get(own.id), outcomes.get(other.id)) for own, other in asked]
    pairs = [(own, other) for own, other in came if own is not None and other is not None and usable(own) and usable(other)]
    return pairs if len(pairs) > 1 else []
