"""An axis of a chart: which values it spans, where on it a value lies, and the few round numbers that are written beside it."""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dnndoctor.report.numbers import quantity

_ROUND = (1.0, 2.0, 5.0, 10.0)
_LARGEST = 1e300
"""Numbers beyond this, and below one over it, are drawn at it: ticks around them would not be finite."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis.

    Attributes:
        low, high: The span; powers of ten where it is logarithmic, and never equal.
        logarithmic: Whether it is.
        ticks: Values to be written, ascending, with their texts, which all differ.
    """

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[tuple[float, str], ...]

    def place(self, value: float) -> float | None:
        """The share of the span that lies below a value; None where the value cannot be drawn on this axis."""
        if not drawable(value, logarithmic=self.logarithmic):
            return None
        bounded = _bounded(value, logarithmic=self.logarithmic)
        height = math.log10(bounded) if self.logarithmic else bounded
        return min(1.0, max(0.0, (height - self.low) / (self.high - self.low)))


def drawable(value: float, *, logarithmic: bool) -> bool:
    """Whether an axis has a place for a value."""
    return math.isfinite(value) and (value > 0 or not logarithmic)


def fit(values: Iterable[float], *, logarithmic: bool, most_ticks: int) -> Axis | None:
    """The axis that just holds some values.

    Args:
        values: What is to be drawn; what cannot be is left out.
        logarithmic: See `Axis`.
        most_ticks: Numbers beside it, at least 2.

    Returns:
        None where not one of the values can be drawn.
    """
    shown = [_bounded(value, logarithmic=logarithmic) for value in values if drawable(value, logarithmic=logarithmic)]
    if not shown:
        return None
    low, high = min(shown), max(shown)
    if logarithmic:
        ends = math.log10(low), math.log10(high)
        ticks = _decades(*ends, most_ticks) or _mantissas(low, high, most_ticks) or _linear(low, high, most_ticks)
        return Axis(*_widened(*ends, 0.5), logarithmic=True, ticks=ticks)
    return Axis(*_widened(low, high, abs(low) / 2 or 1.0), logarithmic=False, ticks=_linear(low, high, most_ticks))


def _bounded(value: float, *, logarithmic: bool) -> float:
    return min(_LARGEST, max(1 / _LARGEST if logarithmic else -_LARGEST, value))


def _widened(low: float, high: float, pad: float) -> tuple[float, float]:
    """The span, with some room on both sides where it has no width or one too small to divide by."""
    if high - low > max(abs(low) * sys.float_info.epsilon, 1 / _LARGEST):
        return low, high
    return low - pad, high + pad


def _decades(low: float, high: float, most: int) -> tuple[tuple[float, str], ...]:
    """Powers of ten between two of them, every second or third where there are too many; none where fewer than two are."""
    exponents = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(exponents) < 2:
        return ()
    stride = math.ceil(len(exponents) / most)
    return tuple((10.0**exponent, quantity(10.0**exponent)) for exponent in exponents if exponent % stride == 0)


def _mantissas(low: float, high: float, most: int) -> tuple[tuple[float, str], ...]:
    """1, 2 and 5 times powers of ten, or 1 and 3 times them: the first of these of which two to `most` lie between."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in _ROUND[:3], (1.0, 3.0):
        values = [digit * 10.0**exponent for exponent in exponents for digit in digits]
        inside = [value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        if 2 <= len(inside) <= most:
            return tuple((value, quantity(value)) for value in inside)
    return ()


def _linear(low: float, high: float, most: int) -> tuple[tuple[float, str], ...]:
    """Multiples of a round step."""
    share = high / most - low / most
    if low == high:
        return ((low, quantity(low)),)
    if share < 1 / _LARGEST or share < abs(low) * 1e-12:  # the ends are all that can be told apart
        return _labelled((low, high))
    magnitude = 10.0 ** math.floor(math.log10(share))
    step = next(magnitude * digit for digit in _ROUND if magnitude * digit >= share * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    values = [(first + place) * step for place in range(most + 1)]
    inside = [value for value in values if value <= high + step * 1e-9]
    # A step as wide as the whole span may leave one round number; the ends then say more.
    return _labelled(inside, step) if len(inside) > 1 else _labelled((low, high))


def _labelled(values: Sequence[float], step: float | None = None) -> tuple[tuple[float, str], ...]:
    """Values with texts of as many digits as it takes to tell them apart."""
    largest = max(map(abs, values))
    if step is not None and step >= 1e-4 and largest < 1e5:
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        return tuple((value, f"{value + 0.0:.{digits}f}") for value in values)
    for digits in range(3, 18):
        texts = [f"{value:.{digits}g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-") for value in values]
        if len(set(texts)) == len(texts):
            break
    return tuple(zip(values, texts, strict=True))
