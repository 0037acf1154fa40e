"""How a model answers to the learning rate: the sweep's observation, and what is read from its points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.experiments.paired import Paired


@dataclass(frozen=True, slots=True)
class RatePoint:
    """One rate.

    Attributes:
        factor: Of the user's own rate.
        seeds: The seeds it was run with.
        end_losses: Loss at the end by seed, infinite where the run exploded.
        progress: Median of the shares of the way from the constant predictor to the floor (see `LossScale.progress`).
        progress_spread: Their standard deviation between seeds; 0 for a single seed.
        exploded: Share of the runs that became NaN or infinite.
        unstable: Whether most runs exploded, or ended above their own first loss and the constant predictor's by a tenth.
        trials: Ids.
    """

    factor: float
    seeds: tuple[int, ...]
    end_losses: tuple[float, ...]
    progress: float
    progress_spread: float
    exploded: float
    unstable: bool
    trials: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Paired):
    """Another rate against the user's own on seeds that it was not chosen on, in equal steps.

    Attributes:
        factor: Of the user's own rate.
        steps: Of each run.
    """

    factor: float
    steps: int


@dataclass(frozen=True, slots=True)
class RateResponse:
    """How the model answers to the learning rate.

    Attributes:
        user_rate: At the first step, of the first optimizer; the largest of its course where it begins at zero.
        steps: Of each run of the sweep.
        points: By factor, ascending.
        best: Factor with the most progress.
        usable: Smallest and largest factor around the best whose progress is within `tolerance` of it.
        recommended: The factor in the middle of the usable interval, 1 where the user's own rate lies in it.
        edge: Smallest factor from which on every rate is unstable, None where none is.
        tolerance: Progress that is within the noise.
        comparisons: Of the recommended factor with the user's own, by steps; empty where they are within the noise.
        steadier: The same for lower rates, where the user's own is recommended and its runs end far apart.
        measure_rows: "validation", "train", or "loss" where nothing can be decoded.
    """

    user_rate: float
    steps: int
    points: tuple[RatePoint, ...]
    best: float
    usable: tuple[float, float]
    recommended: float
    edge: float | None
    tolerance: float
    comparisons: tuple[Comparison, ...]
    steadier: tuple[Comparison, ...]
    measure_rows: str

    def point(self, factor: float) -> RatePoint | None:
        """What was seen at that factor, None where it was not tried."""
        return next((point for point in self.points if point.factor == factor), None)

    @property
    def within(self) -> bool:
        """Whether the user's own rate lies in the usable interval."""
        return self.usable[0] <= 1.0 <= self.usable[1]


def best_point(points: Sequence[RatePoint]) -> RatePoint:
    """The point with the most progress; of equal ones that with the lowest loss, then the nearest to the user's own rate."""
    return max(points, key=lambda point: (point.progress, -min(point.end_losses), -abs(math.log(point.factor))))


def usable_interval(points: Sequence[RatePoint], best: RatePoint, tolerance: float) -> tuple[float, float]:
    """The smallest and the largest factor around the best whose progress is within the tolerance of it."""
    place = low = high = list(points).index(best)
    good = [point.progress >= best.progress - tolerance for point in points]
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(points) - 1 and good[high + 1]:
        high += 1
    return (points[low].factor, points[high].factor) if best.progress > -1 else (points[place].factor, points[place].factor)


def recommended_factor(points: Sequence[RatePoint], low: float, high: float) -> float:
    """The middle of the usable interval: the farthest from both of its ends, which one seed's screening knows but roughly."""
    if low <= 1.0 <= high:
        return 1.0
    inside = [point.factor for point in points if low <= point.factor <= high]
    middle = (math.log(low) + math.log(high)) / 2
    return min(inside, key=lambda factor: abs(math.log(factor) - middle))


def edge_of_instability(points: Sequence[RatePoint]) -> float | None:
    """The smallest factor from which on every rate is unstable, None where none is."""
    edge = None
    for point in reversed(points):
        if not point.unstable:
            break
        edge = point.factor
    return edge
