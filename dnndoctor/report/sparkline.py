"""A curve in one row of characters."""

import itertools
import math
from collections.abc import Sequence

from dnndoctor.report.numbers import quantity

_UNICODE = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=+*#@"
_DECADES_FOR_LOG = 2.0
"""A curve that spans more than two decades shows nothing but its peak on a linear axis: eight levels resolve 1/8 of it."""


def sparkline(values: Sequence[float], width: int, *, unicode: bool = True) -> str:
    """Draws a curve.

    More values than columns are averaged in buckets; a bucket that holds a value that is not finite is drawn as "!", so
    that no NaN hides in an average. The axis is logarithmic where all values are positive and span more than two decades.

    Args:
        values: The curve, at least one value.
        width: Most columns to use, at least 1.
        unicode: Whether block characters can be shown.

    Returns:
        At most `width` characters.
    """
    levels = _UNICODE if unicode else _ASCII
    logarithmic = is_logarithmic(values)
    # Quarters are exact, and neither a sum nor a span of them overflows.
    heights = [math.log10(value) if logarithmic and math.isfinite(value) else value / 4 for value in values]
    columns = _buckets(heights, width)
    finite = [height for height in columns if math.isfinite(height)]
    if not finite:
        return "!" * len(columns)
    low, span = min(finite), max(finite) - min(finite)

    def level(height: float) -> str:
        if not math.isfinite(height):
            return "!"
        return levels[min(int((height - low) / span * len(levels)), len(levels) - 1)] if span > 0 else levels[0]

    return "".join(level(height) for height in columns)


def is_logarithmic(values: Sequence[float]) -> bool:
    """Whether `sparkline` draws this curve on a logarithmic axis."""
    finite = [value for value in values if math.isfinite(value)]
    return bool(finite) and min(finite) > 0 and math.log10(max(finite)) - math.log10(min(finite)) > _DECADES_FOR_LOG


def ends(values: Sequence[float], *, unicode: bool = True) -> str:
    """What stands beside a sparkline: the first and last value, and the axis where it is not linear."""
    arrow = "→" if unicode else "->"
    return f"{quantity(values[0])} {arrow} {quantity(values[-1])}" + (", log axis" if is_logarithmic(values) else "")


def _buckets(values: Sequence[float], width: int) -> list[float]:
    if len(values) <= width:
        return list(values)
    edges = [index * len(values) // width for index in range(width + 1)]
    return [_mean(values[start:stop]) for start, stop in itertools.pairwise(edges)]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(value / len(values) for value in values) if all(map(math.isfinite, values)) else math.nan
