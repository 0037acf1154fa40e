"""Which reshapes have the sizes of a transpose, and where the values of a patch go."""

import numpy as np
import pytest

from dnndoctor.subject.layout.reshapes import footprints, regrouping

ROWS = 31


@pytest.mark.parametrize(
    ("given", "made", "order"),
    [
        ((3, 32, 32), (32, 32, 3), (0, 2, 3, 1)),
        ((32, 32, 3), (3, 32, 32), (0, 3, 1, 2)),
        ((20, 5), (5, 20), (0, 2, 1)),
        ((40, 60, 1), (60, 40, 1), (0, 2, 1, 3)),
        ((8, 32, 64), (32, 512), (0, 2, 1, 3)),
        ((4, 48, 16), (48, 64), (0, 2, 1, 3)),
        ((20, 64), (8, 20, 8), (0, 2, 1, 3)),
    ],
    ids=["to channels last", "to channels first", "series", "sides", "columns to steps", "heads not moved back", "heads first"],
)
def test_sizes_of_a_transpose_are_told(given: tuple[int, ...], made: tuple[int, ...], order: tuple[int, ...]) -> None:
    """With the order of the axes that was meant, and an array put in that order has the sizes."""
    found = regrouping((ROWS, *given), (ROWS, *made))

    assert found is not None
    assert found.order == order
    assert found.meant(np.zeros((ROWS, *given)), (ROWS, *made)).shape == (ROWS, *made)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ((784,), (28, 28, 1)),
        ((28, 28), (28, 28, 1)),
        ((1, 1, 64), (64,)),
        ((7, 7, 64), (3136,)),
        ((7, 7, 64), (49, 64)),
        ((20, 28, 8), (20, 224)),
        ((32, 32, 3), (8, 4, 8, 4, 3)),
        ((4, 8, 4, 8, 3), (32, 32, 3)),
        ((48, 16), (48, 4, 4)),
        ((240, 1), (12, 20)),
        ((100, 4), (25, 16)),
        ((4, 4, 12), (48, 4)),
        ((4, 4, 18), (4, 4, 3, 6)),
        ((5, 5), (5, 5)),
        ((16, 4), (8, 8)),
    ],
)
def test_sizes_that_keep_the_order_are_not(given: tuple[int, ...], made: tuple[int, ...]) -> None:
    """Flattening, rasters, squeezes, patches, heads, frames, anchors with boxes, depth to space."""
    assert regrouping((ROWS, *given), (ROWS, *made)) is None


def test_folding_steps_into_rows_keeps_the_order() -> None:
    """As TimeDistributed does; taking the rows along from behind the steps does not."""
    folded, unfolded = (ROWS * 6, 32, 32, 3), (ROWS, 6, 32, 32, 3)

    assert regrouping(unfolded, folded) is None
    assert regrouping(folded, unfolded) is None
    moved = regrouping((48, ROWS, 5), (ROWS, 48, 5))
    assert moved is not None
    assert moved.order == (1, 0, 2)


@pytest.mark.parametrize(
    ("given", "made", "spatial"),
    [((3, 32, 32), (32, 32, 3), (0, 1)), ((5, 20), (20, 5), (0,)), ((8, 12, 4), (12, 32), (0,)), ((20, 64), (8, 20, 8), (0, 1))],
)
def test_footprints_are_those_of_a_patch_that_is_disturbed(
    given: tuple[int, ...], made: tuple[int, ...], spatial: tuple[int, ...]
) -> None:
    """The second way: change the values of two neighbours each way, and count the positions that differ behind the reshape."""
    found = regrouping((1, *given), (1, *made))
    assert found is not None
    transposed = found.meant(np.arange(np.prod(given)).reshape(1, *given), (1, *made))
    plain = np.zeros(given)
    disturbed = plain.copy()
    for place in np.ndindex(*made):
        if all((made[axis] - 1) // 2 <= place[axis] <= (made[axis] - 1) // 2 + 1 for axis in spatial):
            disturbed.flat[transposed[(0, *place)]] = 1.0

    patch, footprint = footprints(found, (1, *given), (1, *made), spatial)

    changed = {tuple(place[axis] for axis in spatial) for place in np.ndindex(*made) if disturbed.reshape(made)[place] != 0}
    assert patch == 2 ** len(spatial)
    assert footprint == len(changed)
