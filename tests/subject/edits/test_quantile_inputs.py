"""Inputs by the normal scores of their ranks."""

from typing import Any

import numpy as np
import pytest
import scipy.stats  # type: ignore[import-untyped]  # scipy ships no types
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import applied
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared

EDIT = Edit("quantile_inputs")
RANDOM = np.random.RandomState(3)


def scored(leaf: Any, reference: Any = None) -> Any:
    """The leaf as the edit makes it."""
    tensor = tf.constant(leaf)
    return applied(EDIT).change_inputs(tensor, {}, tensor if reference is None else tf.constant(reference)).numpy()


def by_hand(column: Any) -> Any:
    """Van der Waerden's scores, by scipy's ranks."""
    return scipy.stats.norm.ppf((scipy.stats.rankdata(column) - 0.5) / len(column))


@pytest.mark.slow
def test_the_same_as_written_by_hand(engine: Engine) -> None:
    """The losses are those of a script that ranks its images by channel."""
    ranked = np.stack([by_hand(X[..., channel].ravel()).reshape(X.shape[:-1]) for channel in range(2)], -1)

    found = compared(engine, (EDIT,), x=(5 * ranked).astype("float32") / 5)

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.own_steps == 0
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


@pytest.mark.parametrize("shape", [(50,), (50, 4), (50, 6, 4)])
def test_every_feature_is_normal(shape: tuple[int, ...]) -> None:
    """Ties at the middle rank, for each feature of the last axis."""
    x = np.exp(RANDOM.normal(size=shape) * 5).round(1).astype("float32")

    made = scored(x)

    pairs = zip(
        made.reshape(-1, shape[-1] if len(shape) > 1 else 1).T, x.reshape(-1, shape[-1] if len(shape) > 1 else 1).T, strict=True
    )
    assert made.shape == shape
    assert all(np.allclose(column, by_hand(plain), atol=1e-5) for column, plain in pairs)


def test_held_out_values_are_interpolated() -> None:
    """Between the training data's neighbours, and never beyond its ends."""
    train = np.array([0.0, 1.0, 2.0, 4.0], "float32")
    shares = np.array([1 / 8, 3 / 8, 6 / 8, 7 / 8, 1 / 8])

    made = scored(np.array([0.0, 1.0, 3.0, 1e9, -1e9], "float32"), train)

    assert np.allclose(made, scipy.stats.norm.ppf(shares), atol=1e-5)


def test_constant_and_bad_values() -> None:
    """What never changes becomes 0, and NaN stays NaN."""
    x = np.array([[3.0, 1.0], [3.0, np.nan], [3.0, 5.0]], "float32")

    made = scored(x)

    assert np.array_equal(made[:, 0], np.zeros(3))
    assert np.isnan(made[1, 1])
    assert np.isfinite(made[[0, 2], 1]).all()
    assert np.isnan(scored(np.full((3, 2), np.nan, "float32"))).all()
