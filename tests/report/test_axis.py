"""Axes: every value that can be drawn has a place, and few round numbers stand beside them."""

import itertools
import math
import random
import sys

import pytest

from dnndoctor.report.axis import drawable, fit

EXTREME = (
    0.0,
    -0.0,
    5e-324,
    1e-300,
    1e-7,
    0.3,
    1.0,
    7.0,
    1e5,
    1e16,
    1e16 + 2,
    1e300,
    sys.float_info.max,
    -sys.float_info.max,
    -3.0,
)


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("pair", list(itertools.combinations_with_replacement(EXTREME, 2)))
def test_any_two_numbers_make_an_axis(pair: tuple[float, float], logarithmic: bool) -> None:
    """Nothing overflows or divides by zero, ticks lie in order on the axis, are few, and their texts differ."""
    axis = fit((*pair, math.nan, math.inf), logarithmic=logarithmic, most_ticks=5)

    shown = [value for value in pair if drawable(value, logarithmic=logarithmic)]
    assert (axis is None) == (not shown)
    if axis is not None:
        assert all(0 <= share <= 1 for share in map(axis.place, shown) if share is not None)
        assert None not in map(axis.place, shown)
        assert 1 <= len(axis.ticks) <= 6
        assert sorted(axis.ticks) == list(axis.ticks)
        assert len({text for _, text in axis.ticks}) == len(axis.ticks)
        assert all(axis.place(value) is not None for value, _ in axis.ticks)


def test_random_ranges_have_at_least_two_ticks() -> None:
    """Whatever the range, two numbers or more tell its scale, and never many."""
    draw = random.Random(0)

    for _ in range(500):
        low = draw.uniform(-1, 1) * 10 ** draw.uniform(-6, 6)
        high = low + 10 ** draw.uniform(-3, 6)
        axis = fit((low, high), logarithmic=False, most_ticks=5)
        assert axis is not None
        assert 2 <= len(axis.ticks) <= 6


@pytest.mark.parametrize(
    ("values", "logarithmic", "texts"),
    [
        ((0.0, 1.0), False, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((-1.0, 0.96), False, ["-1.0", "-0.5", "0.0", "0.5"]),
        ((3e-4, 300.0), True, ["0.01", "1", "100"]),
        ((1e-3, 1.0), True, ["0.001", "0.01", "0.1", "1"]),
        ((2.2, 55.0), True, ["5", "10", "20", "50"]),
        ((2.3021, 2.3029), False, ["2.3022", "2.3024", "2.3026", "2.3028"]),
        ((0.0, 540.0), False, ["0", "200", "400"]),
    ],
)
def test_ticks_are_round(values: tuple[float, ...], logarithmic: bool, texts: list[str]) -> None:
    """They are what a person would write."""
    axis = fit(values, logarithmic=logarithmic, most_ticks=5)

    assert axis is not None
    assert [text for _, text in axis.ticks] == texts


def test_logarithmic_axis_has_no_place_for_zero() -> None:
    """Zero and below cannot be drawn there, and NaN and infinity nowhere."""
    axis = fit((0.1, 10.0), logarithmic=True, most_ticks=4)

    assert axis is not None
    assert axis.place(1.0) == pytest.approx(0.5)
    assert [axis.place(value) for value in (0.0, -1.0, math.nan, math.inf)] == [None] * 4
