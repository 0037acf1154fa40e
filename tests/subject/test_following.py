"""The activation that a layer's output runs into."""

from typing import Any

import keras
import pytest
import tensorflow as tf

from dnndoctor.subject.following import OTHER, RECTIFIER, SELU, following
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
