"""Loss curves of several runs as one chart."""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence

from dnndoctor.evidence.chart import Chart

POINTS = 160
"""Points that a curve is thinned to: as many as Braille dots stand beside each other at 80 columns."""

_LOG_FROM = 20.0
"""Ratio of the largest to the smallest loss from which a linear axis shows little but the beginning."""

_LOG_SPAN = 1e-6
"""Share of the largest loss below which a logarithmic axis shows nothing more of interest; lower losses are drawn there."""


def loss_chart(
    title: str,
    curves: Mapping[str, Sequence[float]],
    *,
    constant: float | None = None,
    marks: Mapping[str, float] | None = None,
) -> Chart | None:
    """Draws losses over steps, each point the median of its stretch.

    Args:
        title: See `Chart`.
        curves: One loss a step by name; they may be of different lengths.
        constant: Loss of the best constant predictor, drawn as a level line; None where it is not known.
        marks: Steps that are pointed out.

    Returns:
        None where no curve has two points.
    """
    longest = max(map(len, curves.values()), default=0)
    if longest < 2:
        return None
    points = min(longest, POINTS)
    bounds = list(itertools.pairwise(round(index * longest / points) for index in range(points + 1)))
    lines = {name: tuple(_median(losses[low:high]) for low, high in bounds) for name, losses in curves.items()}
    if constant is not None and math.isfinite(constant):
        lines["best constant"] = (constant,) * points
    finite = [value for line in lines.values() for value in line if math.isfinite(value)]
    least, largest = min(finite, default=0.0), max(finite, default=0.0)
    logarithmic = least >= 0 and largest > _LOG_FROM * max(least, largest * _LOG_SPAN)
    if logarithmic:
        lines = {name: tuple(max(value, largest * _LOG_SPAN) for value in line) for name, line in lines.items()}
    return Chart(
        title,
        tuple((low + high - 1) / 2 for low, high in bounds),
        lines,
        x_label="step",
        y_label="loss",
        log_y=logarithmic,
        marks=marks or {},
    )


def _median(stretch: Sequence[float]) -> float:
    return statistics.median(stretch) if stretch and all(map(math.isfinite, stretch)) else math.nan
