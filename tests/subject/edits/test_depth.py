"""More hidden layers."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import data
from dnndoctor.subject.engine.building import make_model
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import edited, losses
from tests.subject.engine import kinds

TWO = Edit("depth", {"layers": 2})
LAYERS = keras.layers


def dense() -> Any:
    return LAYERS.Dense(8, activation="tanh", kernel_initializer=keras.initializers.GlorotUniform(seed=1))


class Deep(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """What is to come of `dense`, written by hand; given seeds count on from layer to layer."""

    def __init__(self) -> None:
        super().__init__()
        draws = [keras.initializers.GlorotUniform(seed=seed) for seed in (1, 2, 3)]
        self.parts = [LAYERS.Dense(8, activation="tanh", kernel_initializer=draw) for draw in draws]

    def build(self, shape: Any) -> None:
        for part in self.parts:
            part.build(shape)
            shape = (*shape[:-1], 8)

    def call(self, inputs: Any) -> Any:
        for part in self.parts:
            inputs = part(inputs)
        return inputs

    def compute_output_shape(self, shape: Any) -> Any:  # TimeDistributed asks for it
        return (*shape[:-1], 8)


def of(body: Callable[[Any], Any], *edits: Edit, inputs: Any = kinds.IMAGES) -> keras.Model:
    """A classifier whose features are made by `body`, with the edits."""

    def make() -> keras.Model:
        given = keras.Input(inputs.shape[1:])
        model = keras.Model(given, LAYERS.Dense(5, activation="softmax", name="head")(LAYERS.Flatten()(body(given))))
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy())
        return model

    sample = Sample(inputs, kinds.CLASSES)
    return make_model(Blueprint(kinds.seeded(make), sample), edits, 0, data.rows_of(sample))


@pytest.mark.parametrize("form", FORMS)
def test_the_treated_model_is_one_that_was_written_so(form: str) -> None:
    """In any form, trained by the model's own step; the other weights stay."""
    treated = made(form, dense, TWO)
    expected = trained(made(form, Deep))

    assert trained(treated) == pytest.approx(expected, rel=1e-5)
    assert trained(made(form, dense)) != pytest.approx(expected, rel=1e-3)


def test_convolutions_keep_their_size() -> None:
    """Same filters and kernel, padded, with stride 1, whatever the last one does; a subclass of Keras' own counts."""

    class Convolution(keras.layers.Conv2D):  # type: ignore[misc]  # Keras ships no types
        pass

    def body(inputs: Any) -> Any:
        return Convolution(6, 3, strides=2, activation="relu", kernel_regularizer="l2", use_bias=False, name="last")(inputs)

    model = of(body, TWO)
    last = model.get_layer("last")

    assert [tuple(variable.shape) for variable in last.variables] == [(3, 3, 2, 6), (3, 3, 6, 6), (3, 3, 6, 6)]
    assert model(kinds.IMAGES[:4]).shape == of(body)(kinds.IMAGES[:4]).shape
    assert len(model.losses) == 3


@pytest.mark.parametrize(
    "behind",
    [
        LAYERS.ReLU,
        lambda: LAYERS.Activation("relu"),
        lambda: keras.ops.relu,
        lambda: lambda x: LAYERS.ReLU()(LAYERS.BatchNormalization()(x)),
    ],
)
def test_the_activation_may_come_further_down(behind: Any) -> None:
    """Then it stands between the new layers, too, and they come in front of what normalises."""
    model = of(lambda inputs: behind()(LAYERS.Dense(4, name="last")(inputs)), TWO, inputs=kinds.X)
    last = model.get_layer("last")
    first, second, third = (last.variables[number].numpy() for number in (0, 2, 4))
    hidden = np.maximum(kinds.X @ first, 0)

    assert np.allclose(last(kinds.X), np.maximum(hidden @ second, 0) @ third, atol=1e-5)


def test_the_last_hidden_layer_is_not_a_head() -> None:
    """With two outputs, and layers behind that are recurrent."""
    model = edited("two outputs", TWO)

    assert sum(variable.shape == (16, 16) for variable in model.trainable_variables) == 2
    assert {name: tuple(output.shape) for name, output in model(kinds.X[:4]).items()} == {"kind": (4, 5), "size": (4, 1)}


def test_models_without_a_hidden_layer_are_refused() -> None:
    """There is nothing that more could be like."""
    with pytest.raises(CannotApplyError, match="no hidden"):
        edited("masks", TWO)


@pytest.mark.parametrize("swapped", [False, True])
def test_an_activation_set_by_another_edit_is_that_of_all(swapped: bool) -> None:
    """Before or behind this one in the list; and so is a normalisation, which the first layer alone gets."""
    relu = Edit("hidden_activation", {"activation": "relu", "layers": "last"})
    normalised = Edit("add_normalization", {"kind": "layer", "layers": "last"})
    edits = (relu, normalised, TWO)[:: -1 if swapped else 1]
    model = of(lambda inputs: LAYERS.Dense(4, activation="sigmoid", name="last")(inputs), *edits, inputs=kinds.X)
    kernels = [variable.numpy() for variable in model.get_layer("last").variables if variable.name == "kernel"]
    outputs = kinds.X @ kernels[0]
    outputs = (outputs - outputs.mean(1, keepdims=True)) / np.sqrt(outputs.var(1, keepdims=True) + 1e-3)
    for kernel in (np.eye(4), *kernels[1:]):
        outputs = np.maximum(outputs @ kernel, 0)

    assert np.allclose(model.get_layer("last")(kinds.X), outputs, atol=1e-5)


@pytest.mark.slow
def test_in_the_engine() -> None:
    """The compiled loop trains the deeper model from the weights of the seed, together with edits of its start."""
    plain, deeper, drawn = losses("unbuilt subclass", (), (TWO,), (TWO, Edit("variance_scaled_init")))

    assert len({plain, deeper, drawn}) == 3
    assert np.isfinite((*deeper, *drawn)).all()
