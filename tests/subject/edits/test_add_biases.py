"""Biases where layers have none."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.edits.add_biases import add_biases
from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.subject.edits import CannotApplyError, applied
from dnndoctor.subject.layers import walk_layers
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change
from tests.subject.engine import kinds

LAYERS = keras.layers


def given(use_bias: bool = False) -> Any:
    drawn = keras.initializers.GlorotUniform(seed=1)
    return LAYERS.Dense(8, activation="relu", kernel_initializer=drawn, use_bias=use_bias, name="given")


def model_of(layer: Any, inputs: Any) -> keras.Model:
    """A layer by itself, trained to give zeros."""
    model = keras.Sequential([keras.Input(inputs.shape[1:]), layer])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


@pytest.mark.parametrize("form", FORMS)
def test_the_treated_model_is_one_that_was_written_so(form: str) -> None:
    """In any form, trained by the model's own step."""
    keras.backend.clear_session()
    path = next(walked.path for walked in walk_layers(made(form, given)) if walked.layer.name == "given")
    keras.backend.clear_session()
    treated = made(form, given, add_biases([path]))
    expected = trained(made(form, lambda: given(use_bias=True)))

    assert trained(treated) == pytest.approx(expected, rel=1e-6)
    assert trained(made(form, given)) != pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("make", "inputs", "shape"),
    [
        (lambda: LAYERS.Conv2D(3, 3, use_bias=False, name="a"), kinds.IMAGES, (3,)),
        (lambda: LAYERS.Conv2D(3, 3, use_bias=False, name="a", data_format="channels_last"), kinds.IMAGES, (3,)),
        (lambda: LAYERS.Conv1DTranspose(3, 3, use_bias=False, name="a"), kinds.SERIES, (3,)),
        (lambda: LAYERS.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, name="a"), kinds.IMAGES, (4,)),
        (lambda: LAYERS.SeparableConv1D(3, 3, use_bias=False, name="a"), kinds.SERIES, (3,)),
        (lambda: LAYERS.EinsumDense("abc,cd->abd", (None, 3), name="a"), kinds.SERIES, (3,)),
        (lambda: LAYERS.SimpleRNN(3, use_bias=False, name="a"), kinds.SERIES, (3,)),
        (lambda: LAYERS.LSTM(3, use_bias=False, name="a"), kinds.SERIES, (12,)),
        (lambda: LAYERS.GRU(3, use_bias=False, name="a"), kinds.SERIES, (2, 9)),
        (lambda: LAYERS.GRU(3, use_bias=False, reset_after=False, name="a"), kinds.SERIES, (9,)),
    ],
)
def test_outputs_are_the_same_until_it_is_trained(make: Any, inputs: Any, shape: tuple[int, ...]) -> None:
    """All of Keras' layers that can have a bias; it starts at zero and changes in a step, and the optimizer is renewed."""
    model = model_of(make(), inputs)
    model.optimizer.build(model.trainable_variables)
    before = model(inputs).numpy()

    change(model, add_biases(["a"]))

    bias = next(variable for variable in model.trainable_variables if variable.name == "bias")
    assert tuple(bias.shape) == shape
    assert np.array_equal(model(inputs), before)
    model.train_on_batch(inputs, np.ones_like(before))
    assert np.abs(bias.numpy()).max() > 0


def test_an_unbuilt_lstm_starts_at_zero_too() -> None:
    """Also the biases of its forget gates, which a bias that was written would start at one."""
    model = keras.Sequential([LAYERS.LSTM(3, use_bias=False, name="a")])
    model.compile("sgd", "mse")
    edit = add_biases(["a"])

    applied(edit).change_model(model, edit.parameters, keras.KerasTensor((None, 6, 4)))
    model(kinds.SERIES)

    assert not model.layers[0].cell.bias.numpy().any()
    assert model.layers[0].use_bias


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: LAYERS.Dense(3, name="a"), "a"),
        (lambda: LAYERS.Dense(3, name="a", use_bias=False), "nowhere"),
        (lambda: LAYERS.Flatten(name="a"), "a"),
    ],
)
def test_what_cannot_be_is_said(make: Any, path: str) -> None:
    """Layers that have a bias, or could have none."""
    with pytest.raises(CannotApplyError, match=path):
        change(model_of(make(), kinds.SERIES), add_biases([path]))


def test_together_with_other_edits() -> None:
    """The bias lies before the activation, whatever that becomes."""
    model = made("Functional", given, add_biases(["given"]), hidden_activation("sigmoid", ["given"]))
    layer = model.get_layer("given")
    layer.bias.assign(np.full(8, 100.0))

    assert np.allclose(layer(kinds.SERIES), 1)
