"""Planes that were moved by hand."""

import numpy as np
import pytest

from dnndoctor.subject.layout.offsets import offsets

DRAW = np.random.default_rng(0)
PICTURES = DRAW.normal(size=(40, 20, 24))


@pytest.mark.parametrize(("down", "right"), [(3, 0), (-2, 5), (0, 1)])
def test_a_moved_channel_is_found(down: int, right: int) -> None:
    """With its offset, and a correlation of one there."""
    stacked = np.stack([PICTURES, np.roll(PICTURES, (down, right), (1, 2))], -1)

    (found,) = offsets(["x"], [stacked])

    assert (found.channels, found.offset) == ((0, 1), (down, right))
    assert found.moved == pytest.approx(1, abs=1e-6)
    assert abs(found.aligned) < 0.1


def test_channels_that_lie_on_each_other_are_not_mentioned() -> None:
    """Colours of one picture are most alike as they lie."""
    colours = np.stack([PICTURES, PICTURES + 0.5 * DRAW.normal(size=PICTURES.shape)], -1)

    assert list(offsets(["x"], [colours])) == []


def test_rows_of_another_input_are_found() -> None:
    """Row i of the first fits row i + 1 of the second."""
    first, second = PICTURES[1:, ..., None], PICTURES[:-1, ..., None]

    rows = [found for found in offsets(["a", "b"], [first, second]) if found.channels == (-1, -1)]

    assert [(found.name, found.other, found.offset[0]) for found in rows] == [("a", "b", 1)]
    assert rows[0].moved == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize("shape", [(40, 20), (40, 20, 5), (40, 8, 8, 2), (40, 20, 24, 9)])
def test_what_is_no_picture_is_passed_over(shape: tuple[int, ...]) -> None:
    """Tables, series, tiny pictures, features of convolutions."""
    assert list(offsets(["x"], [DRAW.normal(size=shape)])) == []
