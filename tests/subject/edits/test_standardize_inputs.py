"""Inputs with mean zero and spread one in every feature."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import applied
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared

EDIT = Edit("standardize_inputs")
RANDOM = np.random.RandomState(3)


def standardized(leaf: Any, reference: Any = None) -> Any:
    """The leaf as the edit makes it."""
    tensor = tf.constant(leaf)
    return applied(EDIT).change_inputs(tensor, {}, tensor if reference is None else tf.constant(reference))


@pytest.mark.slow
def test_the_same_as_written_by_hand(engine: Engine) -> None:
    """The losses are those of a script that standardises its images by channel; nothing is traced anew."""
    by_hand = (X - X.mean((0, 1, 2))) / X.std((0, 1, 2))

    found = compared(engine, (EDIT,), x=by_hand)

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


@pytest.mark.parametrize("shape", [(50,), (50, 1), (50, 4), (50, 6, 4), (50, 5, 5, 3)])
def test_every_feature_of_the_last_axis(shape: tuple[int, ...]) -> None:
    """Mean 0 and spread 1 in each, in plain rows, series and images; the shape stays."""
    x = (RANDOM.normal(size=shape) * 10.0 ** RANDOM.uniform(-3, 6, shape[-1] if len(shape) > 1 else 1) + 7).astype("float32")

    made = standardized(x).numpy()

    table = made.reshape(-1, shape[-1] if len(shape) > 1 else 1).astype(np.float64)
    assert made.shape == shape
    assert np.allclose(table.mean(0), 0, atol=1e-4)
    assert np.allclose(table.std(0), 1, atol=1e-4)


def test_statistics_are_those_of_the_training_sample() -> None:
    """Validation data are moved by the training data's mean and spread, not by their own."""
    train = RANDOM.normal(3, 2, (100, 4)).astype("float32")
    held_out = RANDOM.normal(5, 1, (20, 4)).astype("float32")

    made = standardized(held_out, train).numpy()

    assert np.allclose(made, (held_out - train.mean(0)) / train.std(0), atol=1e-5)


def test_constant_features_are_zero() -> None:
    """A feature that never changes is divided by one, whatever rounding makes of its spread."""
    x = np.stack([np.full(1000, 0.1), RANDOM.normal(size=1000)], axis=1).astype("float32")

    made = standardized(x).numpy()

    assert np.allclose(made[:, 0], 0, atol=1e-6)
    assert np.allclose(made[:, 1].std(), 1, atol=1e-5)


def test_values_that_are_not_finite() -> None:
    """They are left out of the statistics, and stay what they are."""
    x = RANDOM.normal(4, 3, (50, 2)).astype("float32")
    x[0, 0], x[1, 1] = np.nan, np.inf

    made = standardized(x).numpy()

    assert np.isnan(made[0, 0])
    assert np.isinf(made[1, 1])
    assert np.allclose(np.nanmean(made[:, 0]), 0, atol=1e-5)
    assert np.allclose(standardized(np.full((3, 2), np.nan, "float32")), np.nan, equal_nan=True)


def test_huge_values_do_not_overflow() -> None:
    """Squares of the largest floats are beyond float32."""
    x = (RANDOM.normal(size=(50, 2)) * 1e30).astype("float32")

    assert np.allclose(standardized(x).numpy().std(0), 1, atol=1e-5)


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_whole_numbers_become_floats(dtype: str) -> None:
    """Of images as they are stored, the values between whole numbers are kept."""
    x = RANDOM.randint(0, 256, (20, 8, 8, 3)).astype(dtype)

    made = standardized(x)

    assert made.dtype == keras.config.floatx()
    assert np.allclose(made.numpy(), (x - x.mean((0, 1, 2))) / x.std((0, 1, 2)), atol=1e-5)
