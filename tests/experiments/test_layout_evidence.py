"""When an array is taken to be scrambled, and what puts it in order."""

import numpy as np
import pytest

from dnndoctor.evidence.seen.layout import ArraySeen
from dnndoctor.experiments.layout_evidence import scramble, undone
from tests.layout_samples import layout, other, padding, pictures, rough, sequences

SERIES = {"order": (1, 0), "sizes": (5, 48)}


def test_pictures_that_are_smoother_both_ways_are_scrambled() -> None:
    """Half as rough along both sides, beyond noise."""
    found = scramble(pictures(given=rough(0.26, 0.24, 0.13), other=other()), layout())

    assert found is not None
    assert found.decisive


def test_series_whose_lines_end_where_the_others_do_are_scrambled() -> None:
    """Smooth from value to value in memory, but where the next sensor begins."""
    smooth = other(**SERIES, roughness=rough(0.04, 1.0), score=60.0, across=1.04, along=0.04)

    assert scramble(sequences(given=rough(0.16, 0.04), other=smooth), layout()) is not None


def test_zeros_that_come_together_at_the_end_are_enough() -> None:
    """Noise has no smoothness, but its padding has an order."""
    rougher = other(**SERIES, roughness=rough(0.75, 0.4), score=2.0)

    found = scramble(sequences(given=rough(0.9, 0.7), other=rougher, padding=padding()), layout())

    assert found is not None
    assert found.confidence >= 0.9


def test_features_alone_are_a_weaker_sign() -> None:
    """Steps unrelated in both layouts, and features alike in the other one only."""
    alike = other(**SERIES, roughness=rough(1.0, 0.4), score=0.1, score_all=60.0, across=1.0, along=1.0)

    found = scramble(sequences(given=rough(1.0, 1.0), other=alike), layout())

    assert found is not None
    assert not found.decisive


def test_a_reader_that_looks_at_no_neighbours_is_less_troubled() -> None:
    """Attention and dense layers see all steps, but take features for each other."""
    smooth = other(**SERIES, roughness=rough(0.04, 1.0), score=60.0, across=1.04, along=0.04)

    found = scramble(sequences(given=rough(0.16, 0.04), other=smooth, reader_kind="MultiHeadAttention"), layout())

    assert found is not None
    assert not found.decisive


@pytest.mark.parametrize(
    "healthy",
    [
        pictures(other=other(roughness=rough(0.12, 0.59, 0.74), score=-20.0)),
        pictures(),
        pictures(given=rough(1.0, 1.0, 1.0), other=other(roughness=rough(0.99, 1.0, 1.0), score=0.5)),
        # Grey pictures with three equal channels: channels pass for columns.
        pictures(
            given=rough(0.26, 0.26, 0.0),
            other=other((0, 2, 1), (24, 3, 28), roughness=rough(0.26, 0.09, 0.99), score=30.0, score_all=-22.0),
        ),
        sequences(),
        # Four prices a day that hardly differ: values next to each other in memory are the more alike, and lines end nowhere.
        sequences(
            given=rough(0.049, 0.001), other=other(**SERIES, roughness=rough(0.012, 0.28), score=80.0, across=0.03, along=0.05)
        ),
        # Pairs of like features, steps unrelated.
        sequences(given=rough(1.0, 0.4), other=other(**SERIES, roughness=rough(0.49, 1.0), score=40.0, across=0.99, along=1.0)),
        # A daily course of which the other layout's line is two days.
        sequences(
            given=rough(0.039, 0.005), other=other(**SERIES, roughness=rough(0.022, 0.005), score=86.0, across=0.047, along=0.039)
        ),
        sequences(padding=padding(mixed=0.0, mixed_other=1.0, tails_other=0.0)),
        # One-hot steps: zeros everywhere, in both layouts.
        sequences(padding=padding(mixed=1.0, mixed_other=0.64, tails_other=0.0)),
    ],
    ids=["colours", "grey", "noise", "equal channels", "sensors", "prices", "pairs", "daily", "padded", "one-hot"],
)
def test_intact_arrays_are_not(healthy: ArraySeen) -> None:
    """Look-alikes, with the numbers that were measured on such data."""
    assert scramble(healthy, layout()) is None


@pytest.mark.parametrize(("shape", "order"), [((32, 28, 3), (2, 0, 1)), ((20, 5), (1, 0)), ((40, 60, 1), (1, 0))])
def test_the_line_of_numpy_puts_values_in_order(shape: tuple[int, ...], order: tuple[int, ...]) -> None:
    """It gives back what a reshape in that order had scrambled."""
    right = np.random.default_rng(0).normal(size=(4, *shape))
    stored = (*order, *(axis for axis in range(len(shape)) if axis not in order))
    scrambled = right.transpose(0, *(axis + 1 for axis in stored)).reshape(right.shape)
    names = {"x": scrambled}

    line = undone("x", pictures(shape=shape), other(order, tuple(shape[axis] for axis in order)))
    exec(line, names)  # the line under test

    assert np.array_equal(names["x"], right)
