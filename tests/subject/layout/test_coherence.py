"""Roughness against a loop over pairs, and layouts against what numpy's reshape did."""

import itertools

import numpy as np
import pytest

from dnndoctor.subject.layout.coherence import layout_roughness, other_layouts, relaid, smoothest, standardised

DRAW = np.random.default_rng(0)


def walks(rows: int, *shape: int) -> np.ndarray:
    """Arrays that are smooth along their first axes and unrelated along the last."""
    values = DRAW.normal(size=(rows, *shape))
    for axis in range(1, len(shape)):
        values = np.cumsum(values, axis)
    return values


def test_roughness_is_one_minus_the_correlation_of_neighbours() -> None:
    """The same number as from a loop over all pairs of neighbours, correlated one by one."""
    values = walks(40, 6, 3)
    naive = [
        1 - np.corrcoef(values[:, step, feature], values[:, step + 1, feature])[0, 1]
        for step, feature in itertools.product(range(5), range(3))
    ]

    scaled = standardised(values)

    assert scaled is not None
    assert layout_roughness(scaled)[0].by_axis[0] == pytest.approx(np.mean(naive))


def test_unrelated_values_have_roughness_one() -> None:
    """Along every axis."""
    scaled = standardised(DRAW.normal(size=(400, 9, 7, 3)))

    assert scaled is not None
    assert layout_roughness(scaled)[0].by_axis == pytest.approx((1, 1, 1), abs=0.05)


def test_an_offset_and_a_scale_of_each_position_change_nothing() -> None:
    """Means that differ between features are no roughness, and are no clue to the layout either."""
    values = walks(40, 12, 4)

    plain, moved = standardised(values), standardised(values * DRAW.uniform(1, 9, (12, 4)) + DRAW.normal(size=(12, 4)) * 50)

    assert plain is not None
    assert moved is not None
    assert np.allclose(plain, moved)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_relaying_undoes_a_reshape(order: tuple[int, ...]) -> None:
    """What was stored in another order and reshaped comes out as it was."""
    right = DRAW.normal(size=(5, 4, 6, 3))
    reshaped = right.transpose(0, *(axis + 1 for axis in order)).reshape(right.shape)

    assert np.array_equal(relaid(reshaped, order), right)


def test_other_layouts_of_equal_sizes_are_none() -> None:
    """A reshape of (28, 28, 1) to itself does nothing, whatever the axes are called."""
    assert list(other_layouts((28, 28, 1))) == []
    assert [sizes for _, sizes in other_layouts((32, 32, 3))] == [(32, 3, 32), (3, 32, 32)]


@pytest.mark.parametrize(
    ("stored", "spatial"),
    [((1, 0), (0,)), ((2, 0, 1), (0, 1)), ((2, 1, 0), (0, 1))],
    ids=["series", "channels first", "Fortran order"],
)
def test_the_layout_that_was_lost_is_the_smoothest(stored: tuple[int, ...], spatial: tuple[int, ...]) -> None:
    """For series and pictures, beyond noise."""
    right = walks(60, *(14, 10, 3)[: len(stored) - 1], 4)
    reshaped = right.transpose(0, *(axis + 1 for axis in stored)).reshape(right.shape)

    found = smoothest(reshaped, spatial)

    assert found is not None
    assert found.other is not None
    assert found.other.order == stored
    assert found.other.score > 5


def test_an_intact_array_is_smoother_than_any_other_layout_of_it() -> None:
    """The score is negative then."""
    found = smoothest(walks(60, 14, 10, 4), (0, 1))

    assert found is not None
    assert found.other is not None
    assert found.other.score < -5


@pytest.mark.parametrize(
    "rows", [np.zeros((50, 6, 4)), DRAW.normal(size=(5, 6, 4)), DRAW.normal(size=(50, 6)), np.full((50, 6, 4), np.nan)]
)
def test_nothing_is_said_of_what_cannot_be_compared(rows: np.ndarray) -> None:
    """Constants, hardly any rows, rows without axes, NaN."""
    assert smoothest(rows, (0,)) is None
