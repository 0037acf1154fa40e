"""Values that are not finite are found with their row and column."""

import numpy as np

from dnndoctor.subject.facts.scan.cells import bad_cells

RNG = np.random.default_rng(0)


def test_finite_values_give_nothing() -> None:
    """Finite floats, whole numbers and text have no bad cells, however large the values."""
    assert bad_cells(RNG.normal(size=(50, 4)), "x") is None
    assert bad_cells(np.full((50, 4), 1e308), "x") is None
    assert bad_cells(np.arange(10), "x") is None
    assert bad_cells(np.array(["a", "b"]), "x") is None


def test_rows_columns_and_first_place_agree_with_a_plain_count() -> None:
    """Counts and the first index are those that `argwhere` gives."""
    array = RNG.normal(size=(300, 5, 7)).astype(np.float32)
    array[41, 3, 2] = np.nan
    array[41, 4, 2] = np.inf
    array[200, 0, 6] = -np.inf
    places = np.argwhere(~np.isfinite(array))

    found = bad_cells(array, "x")

    assert found is not None
    assert found.first == tuple(places[0])
    assert found.rows == len(set(places[:, 0]))
    assert found.columns == len(set(places[:, -1]))
    assert (found.worst_column, found.worst_share) == (2, 2 / 3)


def test_plain_numbers_have_one_column() -> None:
    """Of one number a row, the index is the row."""
    values = np.ones(20)
    values[13] = np.nan

    found = bad_cells(values, "y")

    assert found is not None
    assert (found.first, found.rows, found.columns) == ((13,), 1, 1)
