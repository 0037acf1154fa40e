"""Another momentum of the moving statistics."""

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from tests.subject.edits.patient import change

EDIT = Edit("batch_norm_momentum", {"momentum": 0.5})


def test_statistics_follow_faster() -> None:
    """After one batch of mean 4 the moving mean is half way there, in nested models too."""
    body = keras.Sequential([keras.layers.BatchNormalization()])
    model = keras.Sequential([keras.Input((2,)), body, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    change(model, EDIT)

    model.train_on_batch(np.full((8, 2), 4.0), np.zeros((8, 1)))

    assert np.allclose(body.layers[0].moving_mean, 2.0)


def test_a_model_without_it_is_refused() -> None:
    """With the reason."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")

    with pytest.raises(CannotApplyError, match="no batch normalisation"):
        change(model, EDIT)
