"""Where zeros lie, against sequences padded by hand."""

import numpy as np

from dnndoctor.subject.layout.padding import padding

DRAW = np.random.default_rng(0)


def padded() -> np.ndarray:
    """Sequences of 5 to 19 steps of five features, padded to 20."""
    rows = DRAW.normal(size=(30, 20, 5))
    for row, length in zip(rows, DRAW.integers(5, 20, 30), strict=True):
        row[length:] = 0
    return rows


def test_intact_sequences_have_no_mixed_steps() -> None:
    """As given; read in the other order they have."""
    found = padding(padded(), (1, 0))

    assert found is not None
    assert (found.rows, found.mixed) == (30, 0.0)
    assert found.mixed_other > 0.5


def test_reshaped_sequences_have_theirs_in_order_in_the_other_layout() -> None:
    """Whole steps of zeros, all at the end."""
    found = padding(padded().transpose(0, 2, 1).reshape(-1, 20, 5), (1, 0))

    assert found is not None
    assert (found.mixed_other, found.tails_other) == (0.0, 1.0)
    assert found.mixed > 0.1


def test_sequences_without_zeros_are_passed_over() -> None:
    """There is nothing to look at."""
    assert padding(DRAW.normal(size=(30, 20, 5)), (1, 0)) is None
