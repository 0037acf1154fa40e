"""The gradient noise scale: the number of rows whose mean gradient is as much noise as signal."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.experiments import Evidence, Outcomes
from dnndoctor.experiments.curves import usable

FROZEN = 1e-9
"""Factor of the rate at which weights stand still: float32 resolves 1e-7 of a weight, updates are at most some 1e-2 of it."""

TIMES = 8
BATCHES = (64, 16)
"""The two batch sizes are so far apart; so many batches of the smaller and of the larger one."""

FEWEST_BATCHES = 8
"""Of either size, for a mean square and its scatter."""


@dataclass(frozen=True, slots=True)
class NoiseScale:
    """The simple noise scale of McCandlish et al. (2018), measured at two batch sizes with the weights held still.

    Attributes:
        small, large: Rows of the two batch sizes.
        batches: How many batches of each were seen.
        rows: The noise scale: trace of the gradient's covariance over its squared norm; infinite where the gradient does not
            stand out of the noise, and then `error` is, too.
        error: Standard error of `rows`.
    """

    small: int
    large: int
    batches: tuple[int, int]
    rows: float
    error: float

    def noise_share(self, batch_size: int) -> float:
        """Share of a batch gradient's expected squared norm that is noise: 1 / (1 + batch size / noise scale)."""
        return 1.0 if math.isinf(self.rows) else self.rows / (self.rows + batch_size)


def noise_scale(small: int, small_norms: Sequence[float], large: int, large_norms: Sequence[float]) -> NoiseScale | None:
    """The estimator of appendix A.1 of McCandlish, Kaplan, Amodei et al., "An empirical model of large-batch training" (2018).

    With B rows a batch, E|g|^2 = |G|^2 + S / B. Two batch sizes give S = (a - c) / (1/b - 1/B) and |G|^2 = (B c - b a) / (B - b),
    where a and c are the mean squared norms at b and at B rows; both are unbiased. Batches drawn without replacement from n rows
    have S (1/B - 1/n) in place of S / B: the term cancels in S, and |G|^2 becomes that of the population behind the rows.

    The standard error is that of the ratio S / |G|^2 to first order, from the scatter of the squared norms between batches, which
    are taken as independent.

    Args:
        small: Rows a batch of the first series.
        small_norms: Gradient norm of each of its batches.
        large: Rows a batch of the second series, more than `small`.
        large_norms: The same for it.

    Returns:
        None where a norm is not finite, fewer than `FEWEST_BATCHES` of a series were seen, or no noise shows at all.
    """
    norms = (*small_norms, *large_norms)
    if min(len(small_norms), len(large_norms)) < FEWEST_BATCHES or not all(map(math.isfinite, norms)):
        return None
    squares = [[norm**2 for norm in series] for series in (small_norms, large_norms)]
    mean_small, mean_large = (statistics.fmean(series) for series in squares)
    errors = [statistics.variance(series) / len(series) for series in squares]
    batches = (len(small_norms), len(large_norms))
    gap = 1 / small - 1 / large
    noise = (mean_small - mean_large) / gap
    signal = (large * mean_large - small * mean_small) / (large - small)
    if noise <= 0:
        return None
    signal_error = math.sqrt(large**2 * errors[1] + small**2 * errors[0]) / (large - small)
    if signal <= 2 * signal_error:  # then zero, and with it an infinite scale, is within the error
        return NoiseScale(small, large, batches, math.inf, math.inf)
    scale = noise / signal
    by_small = (1 / gap + scale * small / (large - small)) / signal
    by_large = -(1 / gap + scale * large / (large - small)) / signal
    return NoiseScale(small, large, batches, scale, math.sqrt(by_small**2 * errors[0] + by_large**2 * errors[1]))


def noise_series(facts: Facts, batch_size: int, most_rows: int) -> tuple[tuple[int, int], ...]:
    """Rows and number of batches of the two series that the noise scale is measured with.

    Args:
        facts: Of the subject.
        batch_size: Rows a step of the user's own runs; it is one of the two.
        most_rows: That memory allows.

    Returns:
        Empty where the noise scale would mean nothing: the gradients must be means over rows that are drawn alike and do not see
        one another, so no sums, no sample or class weights, no batch norm, one optimizer, and enough rows for two batch sizes.
    """
    recipe, data = facts.recipe, facts.data
    averaged = all(
        output.loss is not None and output.loss.reduction in (None, "sum_over_batch_size", "mean") for output in facts.outputs
    )
    weighted = recipe.class_weighted or data.sample_weight is not None
    normalised = any(layer.kind == "BatchNormalization" for layer in facts.layers)
    up = batch_size * TIMES <= data.rows_sampled // 2
    small, large = (batch_size, batch_size * TIMES) if up else (batch_size // TIMES, batch_size)
    if not averaged or weighted or normalised or len(recipe.optimizers) != 1 or small < 1 or large > most_rows:
        return ()
    return ((small, BATCHES[0]), (large, BATCHES[1]))


def noise_trials(evidence: Evidence, series: Sequence[tuple[int, int]]) -> list[Trial]:
    """Trials at the initial weights of the first seed, which a tiny rate holds still.

    Args:
        evidence: With the settings.
        series: See `noise_series`.
    """
    frozen = Edit("learning_rate", {"factor": FROZEN})
    return [
        Trial(
            (Edit("batch_size", {"size": rows}), frozen),
            steps=batches,
            seed=evidence.settings.seeds[0],
            recording=Recording.NORMS,
            scored=False,
        )
        for rows, batches in series
    ]


def read_noise_scale(evidence: Evidence, series: Sequence[tuple[int, int]], outcomes: Outcomes) -> NoiseScale | None:
    """The noise scale from these trials; None where one of them is missing, or as `noise_scale` says."""
    trials = noise_trials(evidence, series)
    runs = [outcomes[trial.id] for trial in trials if trial.id in outcomes and usable(outcomes[trial.id])]
    if len(runs) != 2:
        return None
    small, large = runs
    return noise_scale(small.batch_size, small.gradient_norm, large.batch_size, large.gradient_norm)
