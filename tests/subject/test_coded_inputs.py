"""Which inputs are codes, seen in the model's forward pass."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.subject.coded_inputs import coded_inputs
from tests.subject.engine import kinds

LAYERS = keras.layers


class Calling(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A subclassed model whose call is given."""

    def __init__(self, call: Any) -> None:
        super().__init__()
        self.head = LAYERS.Dense(3)
        self.embedding = LAYERS.Embedding(30, 4)
        self.does = call

    def build(self, shape: Any) -> None:
        self.embedding.build(shape)

    def call(self, inputs: Any) -> Any:
        return self.does(self, inputs)


def of_layer(layer: Any, x: Any) -> Any:
    """What is said of the input of a model that begins with the layer."""
    inputs = keras.Input(x.shape[1:])
    return coded_inputs(keras.Model(inputs, LAYERS.Dense(2)(LAYERS.Flatten()(layer(inputs)))), x)


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int32"])
@pytest.mark.parametrize("layer", [LAYERS.Conv2D(2, 3), LAYERS.Rescaling(1 / 255), LAYERS.BatchNormalization()])
def test_images_are_quantities(dtype: str, layer: Any) -> None:
    """Whatever they are stored as."""
    assert of_layer(layer, np.ones((4, 8, 8, 2), dtype)) is False


@pytest.mark.parametrize(
    "layer",
    [
        LAYERS.Embedding(20, 4),
        LAYERS.CategoryEncoding(20, output_mode="multi_hot"),
        LAYERS.Discretization([0.0, 1.0], output_mode="one_hot"),
    ],
)
def test_layers_that_read_codes(layer: Any) -> None:
    """Embeddings, one-hot coding and bins, of floats that hold whole numbers, too."""
    assert of_layer(layer, np.ones((4, 7), "float32")) is True


def test_marks_of_padding() -> None:
    """Rescaled, padding would be padding no longer."""
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, LAYERS.LSTM(3)(LAYERS.Masking(-1.0)(inputs)))

    assert coded_inputs(model, kinds.SERIES) is True


@pytest.mark.parametrize(
    "call",
    [
        lambda model, x: model.head(tf.one_hot(tf.cast(x, tf.int32), 30)),
        lambda model, x: model.head(model.embedding(x)),
        lambda model, x: model.head(model.embedding(x[:, :2])) + tf.reduce_sum(tf.cast(x, tf.float32)),
        lambda model, x: model.head(tf.where(x != -1, tf.cast(x, tf.float32), 0.0)),
    ],
)
def test_calls_that_read_codes(call: Any) -> None:
    """One-hot coding, a part of the columns that is looked up, and a comparison with one value, in the user's own call."""
    model = Calling(call)
    model(kinds.TOKENS[:2])

    assert coded_inputs(model, kinds.TOKENS) is True


@pytest.mark.parametrize(
    "call",
    [
        lambda model, x: model.head(x) + tf.reduce_mean(model.embedding(tf.range(tf.shape(x)[1]))),
        lambda model, x: model.head(x) + tf.one_hot(tf.argmax(model.head(x), -1), 3),
        lambda model, x: model.head(tf.gather(x, [0, 2], axis=1)),
    ],
)
def test_codes_of_the_models_own(call: Any) -> None:
    """Positions, the model's own choices and columns that are picked make no codes of the input."""
    model = Calling(call)
    model(kinds.X[:2])

    assert coded_inputs(model, kinds.X) is False


def test_each_of_several_inputs() -> None:
    """Inputs are told apart by their names, in the order of the user's own dict."""
    size, ids = keras.Input((3,), name="size"), keras.Input((7,), name="ids", dtype="int32")
    x = LAYERS.Concatenate()([size, LAYERS.Flatten()(LAYERS.Embedding(20, 2)(ids))])
    model = keras.Model({"size": size, "ids": ids}, LAYERS.Dense(2)(x))

    assert coded_inputs(model, {"size": kinds.X[:, :3], "ids": kinds.TOKENS}) == {"size": False, "ids": True}


def test_text_and_declared_whole_numbers() -> None:
    """Text is codes, and so is what the model turns into whole numbers before it looks at it."""
    whole = keras.Input((12,), dtype="int32")

    assert coded_inputs(kinds.text(), keras.KerasTensor((None, 1), "string")) is True
    assert coded_inputs(keras.Model(whole, LAYERS.Dense(2)(keras.ops.cast(whole, "float32"))), kinds.X) is True


def test_models_that_cannot_be_traced() -> None:
    """Whole numbers are codes where any layer reads some; floats are taken for quantities."""

    def call(model: Any, x: Any) -> Any:
        if tf.is_symbolic_tensor(x):
            raise TypeError
        return model.head(model.embedding(x))

    model = Calling(call)

    assert coded_inputs(model, kinds.TOKENS) is True
    assert coded_inputs(model, kinds.X) is False
