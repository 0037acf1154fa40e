"""Numbers read from a loss curve: where it ends, how far that is, which way it goes. Pure Python, no judgement."""

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, State

SHARE_OF_END = 0.1
"""The end of a curve is its last tenth: at 100 steps ten batches, whose median one odd batch does not move."""

SHOWN_POINTS = 48
"""Points a curve is thinned to for a sparkline; wider than any that is drawn in a report of 80 columns."""


class Shape(StrEnum):
    """How a curve on a fixed set of rows ends, for curves that did not come down far enough.

    `EXPLODES`: a value that is not finite. `RISES`: it ends above its first value by more than a tenth of the reference.
    `OSCILLATES`: in its last third it swings by more than a factor e^0.5 around its own trend. `FALLS`: at the pace of its last
    third, as many steps again would take off a tenth of it or more. `PLATEAUS`: none of these.
    """

    EXPLODES = "explodes"
    RISES = "rises"
    OSCILLATES = "oscillates"
    FALLS = "still falling"
    PLATEAUS = "plateaus"


@dataclass(frozen=True, slots=True)
class LossScale:
    """What a loss is measured against, so that it becomes free of its unit.

    Attributes:
        floor: The smallest loss these targets allow.
        reference: Loss of the best constant predictor; where it is not known, the first loss of the run.
        from_constant: Whether the reference is the constant predictor's.
    """

    floor: float
    reference: float
    from_constant: bool

    def progress(self, loss: float) -> float:
        """The share of the way from the reference to the floor that was gone: 1 all of it, 0 none.

        Args:
            loss: A loss of the same run.

        Returns:
            At most 1 and at least -1; -1 where the loss is not finite or the scale has no width.
        """
        width = self.reference - self.floor
        if not math.isfinite(loss) or not math.isfinite(width) or width <= 0:
            return -1.0
        return max(-1.0, min(1.0, 1 - (loss - self.floor) / width))


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend of the logarithm of a loss over a stretch of steps.

    Attributes:
        slope: Per step; -0.01 is about one per cent down a step.
        error: Standard error of the slope, from the scatter of block means around the line.
        scatter: Standard deviation of single steps around the line.
    """

    slope: float
    error: float
    scatter: float

    @property
    def clearly_down(self) -> bool:
        """Whether it falls by more than three standard errors (one in 700 by chance for normal scatter)."""
        return self.slope < -3 * self.error


def end_loss(losses: Sequence[float]) -> float:
    """Median of the last tenth of a curve, of five steps at least; infinite where one of these is not finite.

    Args:
        losses: One a step; may be empty, then the answer is infinite.
    """
    tail = losses[-max(5, round(len(losses) * SHARE_OF_END)) :]
    return statistics.median(tail) if tail and all(map(math.isfinite, tail)) else math.inf


def exploded(outcome: Outcome) -> bool:
    """Whether a value that is not finite turned up."""
    return outcome.first_nonfinite is not None or any(not math.isfinite(loss) for loss in outcome.losses)


def nonfinite_at(outcome: Outcome) -> tuple[int | None, str]:
    """The step of the first value that is not finite, counted from 0, and where it was; None and "" where all were finite."""
    if outcome.first_nonfinite is not None:
        return outcome.first_nonfinite.step, outcome.first_nonfinite.where
    step = next((step for step, loss in enumerate(outcome.losses) if not math.isfinite(loss)), None)
    return step, "" if step is None else "loss"


def usable(outcome: Outcome) -> bool:
    """Whether an outcome tells something: its steps were taken, and it has a curve."""
    return outcome.state is State.FINISHED and (bool(outcome.losses) or outcome.first_nonfinite is not None)


def regularized(facts: Facts) -> bool:
    """Whether penalties on weights or activities are known to be part of the loss, or cannot be excluded (custom layers)."""
    return any(
        not layer.built_in or any(name.endswith("_regularizer") and value for name, value in layer.settings.items())
        for layer in facts.layers
    )


def loss_scale(facts: Facts, first_loss: float, *, penalties: bool | None = None) -> LossScale:
    """The scale for the losses of one subject.

    The constant predictor's loss can be the reference only where nothing else is in the loss: no penalties, no sample
    or class weights, a mean over the batch, and Keras' own losses at every output.

    Args:
        facts: Of the subject.
        first_loss: Loss of the run's first step.
        penalties: Whether weight penalties are in the loss; by default as the facts say.
    """
    outputs = {output.name: output for output in facts.outputs}
    floor, constant, known = 0.0, 0.0, bool(facts.data.targets)
    for target in facts.data.targets:
        output = outputs.get(target.output)
        if output is None or output.loss is None:
            known = False
            continue
        floor += output.loss.weight * (target.loss_floor or 0.0)
        constant += output.loss.weight * (target.constant_loss or 0.0)
        averaged = output.loss.reduction in (None, "sum_over_batch_size", "mean", "mean_with_sample_weight")
        known = known and target.constant_loss is not None and averaged
    weighted = facts.recipe.class_weighted or facts.data.sample_weight is not None
    if known and not weighted and not (regularized(facts) if penalties is None else penalties) and constant > floor:
        return LossScale(floor, constant, from_constant=True)
    return LossScale(floor, first_loss, from_constant=False)


def trend(losses: Sequence[float], floor: float = 0.0, blocks: int = 10) -> Trend:
    """Fits a line to the logarithm of the loss above its floor.

    Means of blocks are fitted, not single steps, because the losses of neighbouring batches are not independent.

    Args:
        losses: The stretch, one loss a step, all finite; with fewer than six the slope is 0.
        floor: Subtracted from every loss.
        blocks: How many blocks the stretch is cut into.
    """
    count = len(losses)
    if count < 6:
        return Trend(0.0, math.inf, 0.0)
    smallest = 1e-12 * max(1.0, abs(floor))  # keeps the logarithm finite where float32 losses meet their floor
    logs = [math.log(max(loss - floor, smallest)) for loss in losses]
    blocks = min(blocks, count // 2)
    bounds = [round(index * count / blocks) for index in range(blocks + 1)]
    pairs = list(itertools.pairwise(bounds))
    centres = [(low + high - 1) / 2 for low, high in pairs]
    means = [statistics.fmean(logs[low:high]) for low, high in pairs]
    middle, level = statistics.fmean(centres), statistics.fmean(means)
    spread = sum((centre - middle) ** 2 for centre in centres)
    slope = sum((centre - middle) * (mean - level) for centre, mean in zip(centres, means, strict=True)) / spread
    residuals = [mean - level - slope * (centre - middle) for centre, mean in zip(centres, means, strict=True)]
    error = math.sqrt(sum(residual**2 for residual in residuals) / max(1, blocks - 2) / spread)
    offset = level - slope * middle
    scatter = statistics.pstdev(value - offset - slope * step for step, value in enumerate(logs))
    return Trend(slope, error, scatter)


def shape(losses: Sequence[float], scale: LossScale) -> Shape:
    """How a curve on a fixed set of rows ends.

    Args:
        losses: One a step, the first before any update.
        scale: Of the run.
    """
    if not losses or any(not math.isfinite(loss) for loss in losses):
        return Shape.EXPLODES
    # One update moves a fixed set's loss smoothly, so a tenth of the reference is beyond what float32 or dropout explains.
    if end_loss(losses) > losses[0] + 0.1 * max(scale.reference - scale.floor, abs(losses[0]) * 0.1):
        return Shape.RISES
    last = trend(losses[-(len(losses) // 3) :], scale.floor)
    if last.scatter > 0.5 and math.isfinite(last.error):
        return Shape.OSCILLATES
    if last.clearly_down and last.slope * len(losses) < math.log(0.9):
        return Shape.FALLS
    return Shape.PLATEAUS


def thinned(losses: Sequence[float], points: int = SHOWN_POINTS) -> tuple[float, ...]:
    """A curve of at most so many points, each the median of its stretch, for a sparkline.

    Args:
        losses: One a step.
        points: At most so many.
    """
    if len(losses) <= points:
        return tuple(losses)
    bounds = [round(index * len(losses) / points) for index in range(points + 1)]
    stretches = (losses[low:high] for low, high in itertools.pairwise(bounds))
    return tuple(statistics.median(stretch) if all(map(math.isfinite, stretch)) else math.nan for stretch in stretches)


def spread(values: Sequence[float]) -> float:
    """Sample standard deviation; 0 for fewer than two values."""
    return statistics.stdev(values) if len(values) > 1 else 0.0
