"""How much better or worse a model does on held-out rows than on those it is trained on."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.course import ENOUGH_ROWS, scored_rows

RAREST = 0.05
"""Share of the rows outside the most frequent class at least; where it is less, skill tells next to nothing."""


class Scored(Protocol):
    """A run that was scored; None where there are no such rows, or nothing can be decoded."""

    @property
    def train_skill(self) -> float | None:
        """On the rows it was trained on."""

    @property
    def validation_skill(self) -> float | None:
        """On held-out rows."""


@dataclass(frozen=True, slots=True)
class HeldOutGap:
    """Skill on held-out rows less that on training rows.

    Attributes:
        gaps: By seed.
        noise: Two standard errors of a difference for models that do equally well on all rows. All seeds see the same rows, so
            that their mean has no less.
    """

    gaps: tuple[float, ...]
    noise: float

    @property
    def mean(self) -> float:
        """Mean of `gaps`."""
        return statistics.fmean(self.gaps)

    @property
    def above(self) -> bool:
        """Whether held-out rows are predicted better, on every seed and by more than noise."""
        return min(self.gaps) > 0 and self.mean > self.noise

    @property
    def below(self) -> bool:
        """Whether they are predicted worse, on every seed and by more than noise."""
        return max(self.gaps) < 0 and -self.mean > self.noise


def held_out_gap(facts: Facts, runs: Sequence[Scored]) -> HeldOutGap | None:
    """The gap; None where held-out rows are too few, or nothing can be decoded.

    Skill is 1 - e / c, with the error e and the constant answer's error c. The variance of a share e over n rows is at most
    e / n, so that of the skill is at most (1 - skill) / (c n).

    Args:
        facts: Of the subject.
        runs: One a seed.
    """
    data = facts.data
    told = [
        (run.train_skill, run.validation_skill)
        for run in runs
        if run.train_skill is not None and run.validation_skill is not None
    ]
    if not told or data.validation_rows < ENOUGH_ROWS:
        return None
    shares = [max(target.class_shares) for target in data.targets if target.class_shares]
    constant = max(RAREST, 1 - max(shares)) if shares else 1.0
    variance = sum(
        (1 - min(1.0, statistics.fmean(each[part] for each in told))) / (constant * scored_rows(facts, rows))
        for part, rows in enumerate((data.rows_sampled, data.validation_rows))
    )
    return HeldOutGap(tuple(held_out - trained for trained, held_out in told), 2 * math.sqrt(variance))
