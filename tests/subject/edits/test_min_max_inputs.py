"""Inputs between 0 and 1 in every feature."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import applied
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared

EDIT = Edit("min_max_inputs")
RANDOM = np.random.RandomState(3)


def scaled(leaf: Any, reference: Any = None) -> Any:
    """The leaf as the edit makes it."""
    tensor = tf.constant(leaf)
    return applied(EDIT).change_inputs(tensor, {}, tensor if reference is None else tf.constant(reference)).numpy()


@pytest.mark.slow
def test_the_same_as_written_by_hand(engine: Engine) -> None:
    """The losses are those of a script that scales its images by channel; nothing is traced anew."""
    low, high = X.min((0, 1, 2)), X.max((0, 1, 2))

    found = compared(engine, (EDIT,), x=(X - low) / (high - low))

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


@pytest.mark.parametrize("shape", [(50,), (50, 4), (50, 6, 4), (50, 5, 5, 3)])
def test_every_feature_of_the_last_axis(shape: tuple[int, ...]) -> None:
    """From 0 to 1 in each, whatever its size; the shape stays."""
    x = (RANDOM.normal(size=shape) * 10.0 ** RANDOM.uniform(-3, 6, shape[-1] if len(shape) > 1 else 1)).astype("float32")

    made = scaled(x)

    table = made.reshape(-1, shape[-1] if len(shape) > 1 else 1)
    assert made.shape == shape
    assert np.array_equal(table.min(0), np.zeros(table.shape[1]))
    assert np.array_equal(table.max(0), np.ones(table.shape[1]))


def test_held_out_values_go_beyond() -> None:
    """They are moved by the training data's numbers, and not cut off."""
    train, held_out = np.array([[0.0], [10.0]], "float32"), np.array([[-5.0], [20.0]], "float32")

    assert np.allclose(scaled(held_out, train), [[-0.5], [2.0]])


def test_constant_and_bad_values() -> None:
    """A feature that never changes becomes 0; what is not finite counts for nothing and stays."""
    x = np.array([[3.0, 1.0], [3.0, np.nan], [3.0, 5.0], [3.0, np.inf]], "float32")

    made = scaled(x)

    assert np.array_equal(made[:, 0], np.zeros(4))
    assert np.array_equal(made[:, 1], np.array([0.0, np.nan, 1.0, np.inf], "float32"), equal_nan=True)
    assert np.isnan(scaled(np.full((3, 2), np.nan, "float32"))).all()


def test_pictures_as_they_are_stored() -> None:
    """Whole numbers from 0 to 255 are divided by 255."""
    x = RANDOM.randint(0, 256, (20, 8, 8, 1)).astype("uint8")
    x[0, 0, 0, 0], x[0, 0, 1, 0] = 0, 255

    made = scaled(x)

    assert made.dtype == keras.config.floatx()
    assert np.allclose(made, x / 255, atol=1e-6)
