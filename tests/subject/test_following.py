"""The activation that a layer's output runs into."""

from typing import Any

import keras
import pytest
import tensorflow as tf

from dnndoctor.subject.following import OTHER, RECTIFIER, SELU, activation_behind, following
from dnndoctor.subject.forward_pass import forward_pass
from tests.subject.engine import kinds

LAYERS = keras.layers


def behind(x: Any, model: keras.Model, layer: Any) -> str:
    """What follows a layer in a model."""
    return following(layer, forward_pass(model, x))


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        *((name, RECTIFIER) for name in ("relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "mish", "softplus")),
        ("selu", SELU),
        *((name, OTHER) for name in ("tanh", "sigmoid", "softmax", "hard_tanh", "linear", "glu")),
        (lambda x: tf.maximum(x, 0.0), RECTIFIER),
        (lambda x: 2.0 * tf.tanh(x), OTHER),
    ],
)
def test_own_activation(activation: Any, expected: str) -> None:
    """A layer's own is known by name or by trying, without a forward pass."""
    assert following(LAYERS.Dense(4, activation=activation), None) == expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([LAYERS.Activation("relu")], RECTIFIER),
        ([LAYERS.BatchNormalization(), LAYERS.ReLU()], RECTIFIER),
        ([LAYERS.LayerNormalization(), LAYERS.Dropout(0.2), LAYERS.LeakyReLU()], RECTIFIER),
        ([LAYERS.BatchNormalization(), LAYERS.Activation("selu")], SELU),
        ([LAYERS.PReLU()], RECTIFIER),
        ([LAYERS.Lambda(lambda x: tf.nn.relu(x))], RECTIFIER),
        ([LAYERS.Lambda(lambda x: x * tf.sigmoid(x))], RECTIFIER),
        ([LAYERS.Activation("tanh"), LAYERS.ReLU()], OTHER),
        ([LAYERS.Softmax()], OTHER),
        ([LAYERS.Dense(3, activation="relu")], OTHER),
        ([], OTHER),
    ],
)
def test_the_next_on_the_way(layers: list[Any], expected: str) -> None:
    """Normalising and dropping lie on the way; another product ends it."""
    first = LAYERS.Dense(4)
    inputs = keras.Input((12,))
    x = first(inputs)
    for layer in layers:
        x = layer(x)

    assert behind(kinds.X, keras.Model(inputs, x), first) == expected


def test_a_gate_is_no_rectifier() -> None:
    """What is only multiplied onto something else is squashed."""
    gate, value = LAYERS.Dense(4), LAYERS.Dense(4)
    inputs = keras.Input((12,))
    model = keras.Model(inputs, value(inputs) * keras.ops.sigmoid(gate(inputs)))

    assert behind(kinds.X, model, gate) == OTHER


def test_residual_branches() -> None:
    """The activation may lie behind the sum."""
    inner = LAYERS.Dense(12)
    inputs = keras.Input((12,))
    model = keras.Model(inputs, LAYERS.ReLU()(LAYERS.Add()([inputs, LAYERS.BatchNormalization()(inner(inputs))])))

    assert behind(kinds.X, model, inner) == RECTIFIER


def test_inside_wrappers() -> None:
    """What follows a layer that is applied at every step follows its wrapper."""
    dense = LAYERS.Dense(4)
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, LAYERS.Activation("relu")(LAYERS.TimeDistributed(dense)(inputs)))

    assert behind(kinds.SERIES, model, dense) == RECTIFIER


class HandWritten(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """Activations in `call`, as hand-written networks have them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.second = LAYERS.Dense(4), LAYERS.BatchNormalization(), LAYERS.Dense(4)

    def call(self, inputs: Any) -> Any:
        return tf.tanh(self.second(tf.nn.relu(self.norm(self.first(inputs)))))


def test_operations_in_a_call() -> None:
    """They are seen in the graph."""
    model = HandWritten()
    model(kinds.X[:2])

    assert behind(kinds.X, model, model.first) == RECTIFIER
    assert behind(kinds.X, model, model.second) == OTHER


@pytest.mark.parametrize("name", ["relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid"])
@pytest.mark.parametrize("as_layer", [True, False])
def test_the_activation_behind_as_a_function(name: str, as_layer: bool) -> None:
    """As a layer or as operations, behind a normalisation."""
    inputs, layer = keras.Input((12,)), LAYERS.Dense(4)
    activation = keras.activations.get(name)
    x = LAYERS.LayerNormalization()(layer(inputs))
    model = keras.Model(inputs, LAYERS.Dense(1)(LAYERS.Activation(activation)(x) if as_layer else activation(x)))
    values = keras.ops.linspace(-3.0, 8.0, 12)

    found = activation_behind(layer, forward_pass(model, kinds.X))

    assert keras.ops.convert_to_numpy(found(values)) == pytest.approx(keras.ops.convert_to_numpy(activation(values)), abs=1e-3)


@pytest.mark.parametrize("behind", [lambda x: x, LAYERS.Softmax(), LAYERS.Dense(3, activation="relu")])
def test_no_activation_behind_is_the_identity(behind: Any) -> None:
    """None of its own, none at all before the next weights, or one over all values; a layer with its own needs none."""
    inputs, layer, own = keras.Input((12,)), LAYERS.Dense(4), LAYERS.Dense(12, activation="relu")
    model = keras.Model(inputs, behind(layer(own(inputs))))
    traced = forward_pass(model, kinds.X)

    assert activation_behind(layer, traced) is keras.activations.linear
    assert activation_behind(own, traced) is keras.activations.linear
