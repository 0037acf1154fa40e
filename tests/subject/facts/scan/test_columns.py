"""Columns are looked at one by one: what piles up, what marks missing values, what was divided by its variance."""

import numpy as np
import pytest

from dnndoctor.subject.facts.scan.columns import column_scan, two_scales

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(1000, 6))
TABLE = np.round(RNG.normal(size=(600, 8)) * np.array([2, 5, 11, 23, 47, 90, 170, 400]), 1)


def test_a_normal_table_shows_nothing() -> None:
    """Continuous columns without marks, piles or constants are left alone, and span one to two orders."""
    scan = column_scan(NORMAL, "x")

    assert scan is not None
    assert (scan.constant, scan.piles, scan.markers, scan.variance) == ((), (), (), None)
    assert scan.orders is not None
    assert 1 < scan.orders < 2


def test_constant_columns_are_named() -> None:
    """A column with one value is constant, also where the rest of it is missing."""
    table = NORMAL.copy()
    table[:, 4] = 7
    table[3, 4] = np.nan

    scan = column_scan(table, "x")

    assert scan is not None
    assert scan.constant == (4,)
    assert scan.written(4) == "x[:, 4]"


def test_values_cut_off_at_a_bound_pile_up() -> None:
    """A clip leaves a pile at its bound, with the share of the values beyond it."""
    table = NORMAL.copy()
    table[:, 2] = np.minimum(table[:, 2], 1)

    scan = column_scan(table, "x")

    assert scan is not None
    (pile,) = scan.piles
    assert (pile.column, pile.value, pile.top) == (2, 1.0, True)
    assert pile.share == pytest.approx(np.mean(NORMAL[:, 2] >= 1))


@pytest.mark.parametrize(
    "column",
    [
        np.maximum(NORMAL[:, 0], 0),
        (NORMAL[:, 0] > 0).astype(float),
        RNG.poisson(2, 1000).astype(float),
        RNG.integers(1, 6, 1000).astype(float),
    ],
    ids=["rectified", "zero and one", "counts", "grades"],
)
def test_natural_bounds_are_no_piles(column: np.ndarray) -> None:
    """Zeros, flags, counts and grades repeat by nature."""
    scan = column_scan(column[:, None], "x")

    assert scan is not None
    assert scan.piles == ()


def test_the_rim_of_pictures_is_no_pile() -> None:
    """White is the bound of grey values."""
    pictures = np.minimum(RNG.random((40, 8, 8, 1)) * 1.5, 1)

    scan = column_scan(pictures, "x")

    assert scan is not None
    assert scan.piles == ()


def test_marks_of_missing_values_are_found_with_their_row() -> None:
    """-999 among values of order one is a mark; its column's range is that of the others."""
    table = NORMAL.copy()
    table[7::50, 3] = -999

    scan = column_scan(table, "x")

    assert scan is not None
    (mark,) = scan.markers
    assert (mark.column, mark.value, mark.first_row, mark.share) == (3, -999.0, 7, 0.02)
    assert mark.low == np.min(NORMAL[NORMAL[:, 3] > -999, 3]) or mark.low > -10


def test_numbers_of_nines_within_the_range_are_no_marks() -> None:
    """99 among values from 0 to 150 is a value."""
    scan = column_scan(np.append(RNG.integers(0, 98, 500), [99, 99]).astype(float)[:, None], "x")

    assert scan is not None
    assert scan.markers == ()


def test_orders_are_those_of_the_distribution() -> None:
    """Of values even over eight decades, the inner nine tenths span 7.2 of them."""
    scan = column_scan(10 ** RNG.uniform(0, 8, (5000, 1)), "x")

    assert scan is not None
    assert scan.orders == pytest.approx(7.2, abs=0.2)


def test_a_division_by_the_variance_leaves_its_mark() -> None:
    """The marked columns are all that come in steps; a division by the deviation, or none, leaves no mark."""
    centred = TABLE - TABLE.mean(axis=0)
    by_variance = column_scan((centred / TABLE.var(axis=0)).astype(np.float32), "x")
    by_deviation = column_scan((centred / TABLE.std(axis=0)).astype(np.float32), "x")
    raw, only_centred = column_scan(TABLE, "x"), column_scan(centred, "x")

    assert by_variance is not None
    assert by_variance.variance is not None
    assert by_variance.variance.matching == by_variance.variance.tested >= 6
    assert by_variance.variance.deviation == pytest.approx(1 / TABLE[:, by_variance.variance.column].std(), rel=0.01)
    for scan in (by_deviation, raw, only_centred):
        assert scan is not None
        assert scan.variance is None


def test_principal_components_are_not_taken_for_a_division_by_the_variance() -> None:
    """Centred columns of falling spread without steps, as of a projection, show nothing."""
    scan = column_scan(NORMAL * np.logspace(1, -2, 6), "x")

    assert scan is not None
    assert scan.variance is None


def test_rows_that_were_not_scaled_stand_apart() -> None:
    """A tenth of the pictures from 0 to 255 among others from 0 to 1 are two scales."""
    pictures = RNG.random((200, 6, 6, 1))
    pictures[5::10] *= 255

    found = two_scales(pictures)

    assert found is not None
    assert (found.share, found.small_row, found.large_row) == (0.1, 0, 5)
    assert two_scales(RNG.random((200, 6, 6, 1))) is None
    assert two_scales(np.exp(RNG.normal(size=(200, 1, 1, 1)) * 1.5) * RNG.random((200, 6, 6, 1))) is None
