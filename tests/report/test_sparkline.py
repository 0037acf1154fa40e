import math

import pytest

from dnndoctor.report.sparkline import ends, sparkline


def test_rising_curve_uses_every_level() -> None:
    """Eight evenly rising values are the eight levels."""
    assert sparkline(range(8), 8) == "▁▂▃▄▅▆▇█"


def test_ascii_curve_has_the_same_shape() -> None:
    """Without Unicode there are eight levels too."""
    assert sparkline(range(8), 8, unicode=False) == "_.-=+*#@"


def test_constant_curve_is_flat() -> None:
    """A curve without a span divides by nothing."""
    assert sparkline([3.0] * 5, 10) == "▁▁▁▁▁"


def test_long_curve_is_averaged() -> None:
    """A curve of many values takes no more columns than there are, the first and the last part among them."""
    curve = [0.0] * 500 + [7.0] * 500

    assert sparkline(curve, 10) == "▁▁▁▁▁█████"


def test_non_finite_value_is_not_averaged_away() -> None:
    """One NaN among a hundred values of a column shows."""
    curve = [1.0] * 1000
    curve[555] = math.nan

    assert sparkline(curve, 10) == "▁▁▁▁▁!▁▁▁▁"


@pytest.mark.parametrize("curve", [[math.nan], [math.inf, -math.inf], [math.nan] * 100])
def test_curve_without_finite_values(curve: list[float]) -> None:
    """A curve of nothing but NaN and infinities is drawn as such."""
    assert set(sparkline(curve, 10)) == {"!"}


def test_wide_span_is_drawn_on_a_logarithmic_axis() -> None:
    """Equal factors are equal steps where a curve spans more than two decades, and the ends say so."""
    curve = [10.0**exponent for exponent in range(8)]

    assert sparkline(curve, 8) == "▁▂▃▄▅▆▇█"
    assert ends(curve) == "1 → 1e7, log axis"


def test_huge_values_do_not_overflow() -> None:
    """The mean of a column is finite where its values are."""
    assert sparkline([1.7e308, 1.7e308, -1.7e308, -1.7e308], 2) == "█▁"
