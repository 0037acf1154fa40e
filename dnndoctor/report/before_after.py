"""The untreated and the treated run side by side: which two, and their losses as one picture."""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.experiments.race import LOSS_EDITS
from dnndoctor.report.numbers import quantity
from dnndoctor.treatment.prescription import Prescription

_POINTS = 60
"""Of a curve: one column of most terminals each, so that the noise of single batches is averaged away and the course is seen."""

_LOG_FROM = 10.0
"""Ratio of the largest to the smallest loss from which a linear axis would show the end of the better run as a flat line."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair of the confirmation's runs, equal in all but the treatment.

    Attributes:
        before, after: The untreated and the treated run.
        same_loss: Whether both have the same loss, so that its values can be compared.
    """

    before: Outcome
    after: Outcome
    same_loss: bool


def median_pair(given: Prescription, outcomes: Mapping[str, Outcome]) -> Pair | None:
    """The runs of the seed whose treated run did neither best nor worst.

    Args:
        given: The prescription.
        outcomes: Of all trials, by id.

    Returns:
        None where the runs are not among the outcomes.
    """
    effect = given.effect
    if not effect.trials or len(effect.trials) != len(effect.own_trials):
        return None
    middle = effect.other.index(statistics.median_low(effect.other))
    before, after = outcomes.get(effect.own_trials[middle]), outcomes.get(effect.trials[middle])
    if before is None or after is None:
        return None
    return Pair(before, after, same_loss=not any(edit.name in LOSS_EDITS for edit in given.edits))


def loss_chart(pair: Pair) -> Chart | None:
    """The two losses over the steps on one scale; None where they are not of the same loss, or were not recorded.

    Args:
        pair: The two runs.
    """
    runs = {"as it is": pair.before, "treated": pair.after}
    if not pair.same_loss or not all(run.losses for run in runs.values()):
        return None
    steps = max(len(run.losses) for run in runs.values())
    points = min(steps, _POINTS)
    edges = [index * steps // points for index in range(points + 1)]
    curves = {
        name: tuple(_mean(run.losses[start:stop]) for start, stop in itertools.pairwise(edges)) for name, run in runs.items()
    }
    seen = [loss for curve in curves.values() for loss in curve if math.isfinite(loss)]
    sizes = {run.batch_size for run in runs.values()}
    return Chart(
        f"The loss before and after, on seed {pair.before.trial.seed}",
        tuple(float(edge) for edge in edges[:-1]),
        {f"{name}: {_ends(runs[name], curve)}": curve for name, curve in curves.items()},
        x_label="step" if len(sizes) == 1 else f"step (of {pair.before.batch_size} rows, treated of {pair.after.batch_size})",
        y_label="loss",
        log_y=bool(seen) and min(seen) > 0 and max(seen) > _LOG_FROM * min(seen),
        # Where one run is longer, the other's end may lie on its line.
        marks={f"{name}: end": float(len(run.losses)) for name, run in runs.items() if len(run.losses) < steps},
    )


def _mean(losses: Sequence[float]) -> float:
    """The mean of a stretch; NaN where the run had ended, or a value is not finite, so that none hides in a mean."""
    return math.fsum(loss / len(losses) for loss in losses) if losses and all(map(math.isfinite, losses)) else math.nan


def _ends(run: Outcome, curve: Sequence[float]) -> str:
    """Where a curve begins and ends, as it is drawn."""
    if run.first_nonfinite is not None:
        return f"{quantity(run.losses[0])} → NaN or infinite from step {run.first_nonfinite.step:,} on"
    known = [loss for loss in curve if not math.isnan(loss)] or [math.nan]
    return f"{quantity(known[0])} → {quantity(known[-1])}"
