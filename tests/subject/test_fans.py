"""Kernels of all kinds of layers, and their fans."""

from typing import Any

import keras
import pytest

from dnndoctor.subject.fans import kernels, owned_variables
from tests.subject.engine import kinds

LAYERS = keras.layers


class Mixer(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Makes a matrix, a scale and an offset of its own."""

    def build(self, shape: Any) -> None:
        self.mixing = self.add_weight(shape=(shape[-1], 5), name="mixing")
        self.scale = self.add_weight(shape=(1, 5), name="scale")
        self.offset = self.add_weight(shape=(5,), name="offset")

    def call(self, inputs: Any) -> Any:
        return self.scale * (inputs @ self.mixing) + self.offset


def built(layer: Any, *shape: int) -> keras.Model:
    """A model of that layer alone."""
    inputs = keras.Input(shape)
    return keras.Model(inputs, layer(inputs))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (LAYERS.Dense(7), (4,), [(4, 7)]),
        (LAYERS.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3)), (6, 4), [(4, 6)]),
        (LAYERS.EinsumDense("...x,xy->...y", output_shape=7), (6, 4), [(4, 7)]),
        (LAYERS.Conv2D(8, 3), (9, 9, 2), [(18, 72)]),
        (LAYERS.Conv2D(8, 3, groups=2), (9, 9, 4), [(18, 36)]),
        (LAYERS.DepthwiseConv2D(3, depth_multiplier=2), (9, 9, 4), [(9, 18)]),
        (LAYERS.SeparableConv2D(8, 3), (9, 9, 4), [(9, 9), (4, 8)]),
        (LAYERS.Conv2DTranspose(8, 4, strides=2), (9, 9, 3), [(12, 128)]),
        (LAYERS.LSTM(5), (6, 4), [(4, 20), (5, 20)]),
        (LAYERS.Bidirectional(LAYERS.GRU(5)), (6, 4), [(4, 15), (5, 15)] * 2),
        (LAYERS.TimeDistributed(LAYERS.Dense(7)), (6, 4), [(4, 7)]),
        (LAYERS.BatchNormalization(), (4,), []),
        (LAYERS.PReLU(), (4, 3), []),
        (Mixer(), (4,), [(4, 5)]),
    ],
)
def test_fans(layer: Any, shape: tuple[int, ...], expected: list[tuple[int, int]]) -> None:
    """Fan-in is what an output sums over, fan-out what an input goes into; scales and offsets are no kernels."""
    assert [(kernel.fan_in, kernel.fan_out) for kernel in kernels(built(layer, *shape))] == expected


def test_attention() -> None:
    """The projections of attention go from the width of the model to all heads together, and back."""
    inputs = keras.Input((6, 8))
    model = keras.Model(inputs, LAYERS.MultiHeadAttention(2, 3)(inputs, inputs))

    assert [(kernel.fan_in, kernel.fan_out) for kernel in kernels(model)] == [(8, 6), (8, 6), (8, 6), (6, 8)]


def test_inner_product_of_separable_convolutions() -> None:
    """Between their two products is no activation."""
    found = list(kernels(built(LAYERS.SeparableConv2D(8, 3), 9, 9, 4)))

    assert [kernel.activated for kernel in found] == [False, True]


def test_owner_is_the_innermost_layer() -> None:
    """Of a variable in a cell in a wrapper in a model it is the cell."""
    model = keras.Sequential([keras.Input((6, 4)), keras.Sequential([LAYERS.Bidirectional(LAYERS.LSTM(3))])])

    assert {type(layer).__name__ for _, layer in owned_variables(model)} == {"LSTMCell"}


@pytest.mark.parametrize("kind", ["masks", "two outputs", "batch norm, dropout, noise"])
def test_positions_are_those_of_the_models_variables(kind: str) -> None:
    """So that values can be put in their place."""
    model = kinds.KINDS[kind].make()

    assert all(model.variables[kernel.position] is kernel.variable for kernel in kernels(model))
