"""Another activation of hidden layers."""

import keras
import numpy as np
import pytest

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.subject.edits import CannotApplyError
from tests.subject.edits.patient import change

X = np.linspace(-2, 2, 8, dtype="float32").reshape(4, 2)


def _model(activation: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    body = keras.Sequential([keras.layers.Dense(3, activation=activation, name="inner")], name="body")
    model = keras.Sequential([keras.Input((2,)), body, keras.layers.Activation(activation, name="act"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_the_treated_model_is_one_that_was_written_so() -> None:
    """With the same weights, nested layers and `Activation` layers included."""
    treated, written = _model("sigmoid"), _model("relu")
    before = treated(X).numpy()

    change(treated, hidden_activation("relu", ["body/inner", "act"]))

    assert np.array_equal(treated(X), written(X))
    assert not np.allclose(treated(X), before)


@pytest.mark.parametrize(("activation", "path"), [("relu", "nowhere"), ("rleu", "act")])
def test_what_is_not_there_is_said(activation: str, path: str) -> None:
    """A layer or an activation of that name."""
    with pytest.raises(CannotApplyError, match=path if path == "nowhere" else activation):
        change(_model("sigmoid"), hidden_activation(activation, [path]))


@pytest.mark.parametrize("kind", [keras.layers.SimpleRNN, keras.layers.GRU, keras.layers.LSTM])
def test_recurrent_layers(kind: type[keras.layers.Layer]) -> None:
    """The activation of the cell is set."""

    def make(activation: str) -> keras.Model:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((5, 2)), kind(3, activation=activation, name="inner"), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    x = np.linspace(-2, 2, 40, dtype="float32").reshape(4, 5, 2)

    treated = change(make("relu"), hidden_activation("tanh", ["inner"]))

    assert np.allclose(treated(x), make("tanh")(x), atol=1e-6)
