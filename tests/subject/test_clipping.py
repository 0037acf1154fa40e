"""Places inside a model where values are cut off; what removing them does is tested with the edit."""

from typing import Any

import keras
import pytest
import tensorflow as tf

from dnndoctor.subject.clipping import clips
from tests.subject.engine import kinds

LAYERS = keras.layers


class Refusing(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Does not say what it was built for."""

    def get_build_config(self) -> Any:
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        return tf.clip_by_value(inputs, -1.0, 1.0)


class Two(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Takes two arrays."""

    def call(self, inputs: Any) -> Any:
        return tf.minimum(*inputs)


class Weighted(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Does more than clip."""

    def build(self, shape: Any) -> None:
        self.offset = self.add_weight(shape=(shape[-1],), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        return tf.clip_by_value(inputs + self.offset, -1.0, 1.0)


@pytest.mark.parametrize("layer", [Refusing(), Two(), Weighted(), LAYERS.Lambda(lambda x: tf.round(tf.clip_by_value(x, -9, 9)))])
def test_layers_that_cannot_be_told(layer: Any) -> None:
    """A layer that cannot be tried, or does more than clip, is none."""
    inputs = keras.Input((12,))
    model = keras.Model(inputs, layer([inputs, inputs]) if isinstance(layer, Two) else layer(inputs))

    assert clips(model) == ()


@pytest.mark.parametrize("shape", [(1,), (12,), (6, 4), (None, 4), (8, 8, 2)])
def test_any_shape(shape: tuple[int | None, ...]) -> None:
    """A layer is tried on what it was built for."""
    inputs = keras.Input(shape)
    model = keras.Model(inputs, LAYERS.Lambda(lambda x: tf.clip_by_value(x, -3.0, 4.0))(inputs))

    assert [(clip.low, clip.high) for clip in clips(model)] == [(-3.0, 4.0)]


def test_every_place_once() -> None:
    """In the order of the layers, operations last; a shared layer counts once."""
    shared = LAYERS.ReLU(max_value=1.0)
    inputs = keras.Input((12,))
    x = shared(LAYERS.Dense(4, activation="relu6")(shared(inputs)))
    model = keras.Model(inputs, keras.ops.clip(x, 0.1, 0.9))

    assert [clip.what for clip in clips(model)] == ["ReLU", "relu6", "Clip"]
    assert clips(kinds.plain()) == ()
