"""Frozen layers trained."""

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from tests.subject.edits.patient import change


def _model(*, frozen: bool) -> keras.Model:
    body = keras.Sequential([keras.layers.Dense(3, activation="relu")], name="body")
    model = keras.Sequential([keras.Input((2,)), body, keras.layers.Dense(1)])
    body.trainable = not frozen
    model.compile(keras.optimizers.Adam(0.01, clipnorm=1.0), "mse")
    return model


def test_frozen_layers_learn() -> None:
    """Their weights change in a step, by an optimizer of the same settings."""
    model = _model(frozen=True)
    change(model, Edit("unfreeze"))
    before = model.layers[0].get_weights()[0]

    model.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))

    assert not np.array_equal(before, model.layers[0].get_weights()[0])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
    assert model.optimizer.clipnorm == 1.0


def test_nothing_frozen_is_said() -> None:
    """There is nothing to change then."""
    with pytest.raises(CannotApplyError, match="No layer"):
        change(_model(frozen=False), Edit("unfreeze"))
