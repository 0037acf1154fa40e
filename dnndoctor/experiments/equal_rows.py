"""Losses of runs with different batch sizes, made comparable: every point a mean over as many rows."""

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import replace

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.experiments import Outcomes


def aligned(outcomes: Outcomes) -> dict[str, Outcome]:
    """The same outcomes with losses that are comparable: every one is a mean over as many rows as the largest batch.

    A curve is read by medians, and the median loss of single rows lies far below their mean.

    Args:
        outcomes: Of runs with different batch sizes; what is not scored is in no race, and its batch size does not count.
    """
    largest = max((outcome.batch_size for outcome in outcomes.values() if outcome.trial.scored), default=1)
    return {
        name: replace(outcome, losses=in_stretches(outcome.losses, max(1, round(largest / max(1, outcome.batch_size)))))
        for name, outcome in outcomes.items()
    }


def in_stretches(losses: Sequence[float], group: int) -> tuple[float, ...]:
    """Means of so many losses each.

    Args:
        losses: One a step.
        group: Steps of a stretch; what is left over belongs to the last.
    """
    starts = range(0, max(1, len(losses) - group + 1), group)
    ends = (*starts[1:], len(losses))
    return tuple(statistics.fmean(losses[start:end]) for start, end in zip(starts, ends, strict=True)) if losses else ()


def unrest(losses: Sequence[float]) -> float:
    """Standard deviation of the loss between neighbouring points over the last third of a curve, its trend left out.

    The root mean square of successive differences over the square root of two (von Neumann 1941); a slow trend does not move it.

    Args:
        losses: Each of equally many rows, all finite.
    """
    steps = [after - before for before, after in itertools.pairwise(losses[-max(3, len(losses) // 3) :])]
    return math.sqrt(statistics.fmean(step**2 for step in steps) / 2) if steps else 0.0
