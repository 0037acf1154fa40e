"""The activation that a layer's output runs into: its own, or the next on the way, be it a layer or an operation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import keras
import numpy as np

from dnndoctor.subject.forward_pass import LINEAR_OPS, ForwardPass, effects

RECTIFIER, SELU, OTHER = "rectifier", "selu", "other"
"""What an activation does to the size of signals: lets about half of them through, keeps it by itself, or anything else."""

_OPS = {
    "Elu": RECTIFIER,
    "Erf": RECTIFIER,  # of GELU
    "Erfc": RECTIFIER,  # the same
    "LeakyRelu": RECTIFIER,
    "Maximum": RECTIFIER,
    "Relu": RECTIFIER,
    "Relu6": RECTIFIER,
    "Selu": SELU,
    "Sigmoid": OTHER,
    "Softmax": OTHER,
    "Softplus": RECTIFIER,
    "Softsign": OTHER,
    "Tanh": OTHER,
}
_FUNCTIONS = {
    "Elu": keras.activations.elu,
    "Erf": keras.activations.gelu,
    "Erfc": keras.activations.gelu,
    "Maximum": keras.activations.relu,
    "Relu": keras.activations.relu,
    "Relu6": keras.activations.relu6,
    "Selu": keras.activations.selu,
    "Softplus": keras.activations.softplus,
    "Softsign": keras.activations.softsign,
    "Tanh": keras.activations.tanh,
}
"""Those of them that bend each value for itself, as functions of Keras'."""

_RECTIFYING_LAYERS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU, keras.layers.ELU)
_ENDS = LINEAR_OPS | {
    "If",
    "PartitionedCall",
    "StatefulPartitionedCall",
    "StatelessIf",
    "StatelessWhile",
    "While",
}
"""Ops behind which a signal is weighted anew, or lost sight of."""


def following(layer: Any, traced: ForwardPass | None) -> str:
    """What kind of activation works on a layer's output.

    Args:
        layer: With weights.
        traced: The forward pass, None where there is none to look at.

    Returns:
        One of the kinds above; OTHER also where none is found.
    """
    own = _of_function(getattr(layer, "activation", None))
    if own is not None or traced is None:
        return own or OTHER
    met = _met(layer, traced)
    return OTHER if met is None else met.kind


def activation_behind(layer: Any, traced: ForwardPass) -> Callable[[Any], Any]:
    """The activation that a layer without one of its own runs into.

    Args:
        layer: With weights.
        traced: The forward pass.

    Returns:
        The identity where the layer has its own, and where none is found that bends each value for itself.
    """
    met = _met(layer, traced) if _of_function(getattr(layer, "activation", None)) is None else None
    found: Any = keras.activations.linear
    if met is None or isinstance(met.what, keras.layers.Softmax):
        return cast(Callable[[Any], Any], found)
    if isinstance(met.what, keras.layers.Layer):
        # PReLU has weights of its own, which belong to one place.
        found = getattr(met.what, "activation", None) or (keras.activations.relu if met.what.weights else met.what)
    elif met.what.type == "LeakyRelu":
        found = partial(keras.activations.leaky_relu, negative_slope=met.what.get_attr("alpha"))
    elif met.what.type == "Sigmoid":
        found = keras.activations.silu if met.kind == RECTIFIER else keras.activations.sigmoid
    else:
        found = _FUNCTIONS.get(met.what.type, keras.activations.linear)
    return cast(Callable[[Any], Any], found)


@dataclass(frozen=True)
class _Met:
    """An activation on the way: its kind, and the layer or the operation that it is."""

    kind: str
    what: Any


def _met(layer: Any, traced: ForwardPass) -> _Met | None:
    begun = [call for call in traced.calls if call.layer is layer and call.made]
    # The layer inside a TimeDistributed works in a loop, out of sight: what the wrapper makes is looked at.
    begun = begun or [call for call in traced.calls if getattr(call.layer, "layer", None) is layer]
    entered = {id(tensor): call.layer for call in traced.calls for tensor in call.given if _of_layer(call.layer) is not None}
    way: list[Any] = []
    for tensor in effects([made for call in begun for made in call.made], until=lambda op: op.type in _ENDS):
        way.append(tensor)
        entering = entered.get(id(tensor))
        if (kind := _of_layer(entering)) is not None:
            return _Met(kind, entering)
        for op in tensor.consumers():
            if (kind := _of_operation(op, way)) is not None:
                return _Met(kind, op)
    return None


def _of_layer(layer: Any) -> str | None:
    """Of a layer that is an activation and nothing else; None of any other."""
    if isinstance(layer, keras.layers.Activation):
        return _of_function(layer.activation)
    if isinstance(layer, _RECTIFYING_LAYERS):
        return RECTIFIER
    return OTHER if isinstance(layer, keras.layers.Softmax) else None


def _of_function(function: Any) -> str | None:
    """Of an activation function, found by trying it; None of none and of the identity."""
    if function is None or function is keras.activations.linear:
        return None
    if function is keras.activations.selu:
        return SELU
    try:
        low, high = np.ravel(keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor([[-2.0, 2.0]]))))
    except Exception:  # one that gives back less than it takes
        return OTHER
    # All of ReLU, leaky ReLU, ELU, GELU, SiLU, Mish and softplus let 2 through as more than 1.5, and hold -2 back to less than 1.
    return RECTIFIER if high > 1.5 and abs(low) < 1 else OTHER


def _of_operation(op: Any, way: list[Any]) -> str | None:
    kind = _OPS.get(op.type)
    if op.type == "Sigmoid":
        # x * sigmoid(x) is SiLU; a gate multiplies something that did not come this way.
        gated = [other for gate in op.outputs[0].consumers() if gate.type == "Mul" for other in gate.inputs]
        return RECTIFIER if any(other is known for other in gated for known in way) else kind
    return kind
