"""Kernels and their fans: how many values each output is summed from, and how many each input goes into.

Keras' own `compute_fans` goes by the shape alone, and is far off for depthwise, transposed and attention kernels.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from dnndoctor.edits.variance_scaled_init import KERNELS, RECURRENT, is_matrix
from dnndoctor.subject.engine import private
from dnndoctor.subject.layers import is_built_in

_DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)
_SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
_TRANSPOSED = (keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose)


@dataclass(frozen=True)
class Kernel:
    """A variable that weights inputs.

    Attributes:
        position: In the model's variables.
        variable: It.
        layer: The innermost layer that it belongs to.
        fan_in, fan_out: Its fans.
        activated: Whether the layer's output follows, and not another product within the layer.
    """

    position: int
    variable: Any
    layer: Any
    fan_in: float
    fan_out: float
    activated: bool = True

    @property
    def recurrent(self) -> bool:
        """Whether it weights the layer's own last output."""
        return bool(self.variable.name == RECURRENT)


def owned_variables(model: keras.Model) -> list[tuple[Any, Any]]:
    """The variables of a model in their order, each with the innermost layer that it belongs to.

    Args:
        model: Built.
    """
    # Outer layers come first, so the innermost has the last word.
    owner = {id(variable): layer for layer in private.all_layers(model) for variable in layer.variables}
    return [(variable, owner.get(id(variable), model)) for variable in model.variables]


def kernels(model: keras.Model) -> Iterator[Kernel]:
    """The kernels of a model: those of Keras' layers, and in layers of the user's own all trainable variables like matrices.

    Args:
        model: Built.
    """
    for position, (variable, layer) in enumerate(owned_variables(model)):
        shape = tuple(variable.shape)
        known = variable.name in KERNELS if _like_keras(layer) else variable.trainable and is_matrix(shape)
        if known and len(shape) > 1:
            fan_in, fan_out = _fans(layer, variable.name, shape)
            inner = isinstance(layer, _SEPARABLE) and variable.name == "depthwise_kernel"
            yield Kernel(position, variable, layer, max(1.0, fan_in), max(1.0, fan_out), not inner)


def _like_keras(layer: Any) -> bool:
    return is_built_in(layer) or isinstance(layer, keras.layers.Dense | keras.layers.EinsumDense | keras.layers.Embedding)


def _fans(layer: Any, name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    field, incoming, outgoing = math.prod(shape[:-2]), shape[-2], shape[-1]
    if isinstance(layer, keras.layers.EinsumDense):
        return _einsum_fans(layer.equation, shape)
    if isinstance(layer, _DEPTHWISE) or (isinstance(layer, _SEPARABLE) and name == "depthwise_kernel"):
        return field, field * outgoing  # every channel is filtered by itself
    if isinstance(layer, _TRANSPOSED):
        # Axes are (..., out, in), and with strides an output sees one in so many of the field's positions.
        return field * outgoing / math.prod(layer.strides), field * incoming
    return field * incoming, field * outgoing / getattr(layer, "groups", 1)


def _einsum_fans(equation: str, shape: tuple[int, ...]) -> tuple[float, float]:
    given, _, made = equation.replace(" ", "").partition("->")
    inputs, _, kernel = given.partition(",")
    sizes = dict(zip(kernel, shape, strict=True))
    summed = math.prod(size for letter, size in sizes.items() if letter not in made)
    return summed, math.prod(size for letter, size in sizes.items() if letter not in inputs)
