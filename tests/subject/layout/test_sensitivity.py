"""Warps against numpy's own moves, and sensitivity of models of which it is known."""

import numpy as np
import pytest

from dnndoctor.subject.layout.sensitivity import sensitivity, warped

PICTURES = np.random.default_rng(0).normal(size=(12, 11, 9, 2))


def test_a_shift_is_a_roll_with_the_edge_repeated() -> None:
    """By whole pixels nothing is interpolated."""
    moved = warped(PICTURES, right=2)

    assert np.allclose(moved[:, :, 2:], PICTURES[:, :, :-2])
    assert np.allclose(moved[:, :, :2], PICTURES[:, :, :1])


def test_a_quarter_turn_is_numpys() -> None:
    """Anticlockwise, in square pictures."""
    square = PICTURES[:, :9]

    assert np.allclose(warped(square, degrees=90.0), np.rot90(square, axes=(1, 2)))


def test_twice_the_size_shows_the_middle_half() -> None:
    """Every other pixel is one of the original's."""
    assert np.allclose(warped(PICTURES[:, :9], scale=2.0)[:, ::2, ::2], PICTURES[:, 2:7, 2:7])


def test_a_mean_over_pixels_is_less_sensitive_than_single_pixels() -> None:
    """Pooling forgives shifts; a mean over whole lines that repeat does so wholly."""
    lines = np.repeat(PICTURES[:, :, :1], 9, axis=2)

    (pixels,) = sensitivity(["x"], [PICTURES], lambda leaves: [leaves[0].reshape(12, -1)])
    (mean,) = sensitivity(["x"], [lines], lambda leaves: [leaves[0].mean((1, 2))])

    assert mean.shift_one == pytest.approx(0, abs=1e-9)
    assert pixels.shift_one > 1


def test_tables_and_series_are_passed_over() -> None:
    """Only pictures can be moved."""
    assert list(sensitivity(["x"], [PICTURES[..., 0]], lambda leaves: leaves)) == []
