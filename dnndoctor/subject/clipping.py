"""Places inside a model where values are cut off at bounds: activations, layers and operations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dnndoctor.subject.engine import private
from dnndoctor.subject.layers import is_built_in

_REACH = 1e6
_PROBE = np.concatenate([-np.geomspace(_REACH, 1e-3, 200), [0.0], np.geomspace(1e-3, _REACH, 200)]).astype(np.float32)
"""Values that a layer is tried on; bounds beyond a million are taken for none."""

_BOUNDED = {"relu6": (0.0, 6.0), "hard_tanh": (-1.0, 1.0)}


@dataclass(frozen=True)
class Clip:
    """One such place.

    Attributes:
        owner: The layer or operation.
        what: Its class, or the activation.
        low, high: The bounds, None where there is none on that side.
        remove: Takes the bounds off the owner.
    """

    owner: Any
    what: str
    low: float | None
    high: float | None
    remove: Callable[[], None]


def clips(model: keras.Model) -> tuple[Clip, ...]:
    """The places of a model, as far as they can be seen without reading code.

    Seen are `relu6` and `hard_tanh` as activations, `ReLU` with a largest value, `keras.ops.clip` in functional graphs, and
    lambdas and layers of the user's own without weights that do nothing but clip. What `call` or a `train_step` clips besides is
    not.

    Args:
        model: Any model.
    """
    layers = private.all_layers(model)
    found = [clip for layer in layers for clip in _of_layer(layer)]
    operations = {id(operation): operation for layer in layers for operation in getattr(layer, "operations", ())}
    return (*found, *(_of_operation(operation) for operation in operations.values() if type(operation).__name__ == "Clip"))


def _of_layer(layer: Any) -> Iterator[Clip]:
    if isinstance(layer, keras.layers.ReLU):
        if layer.max_value is not None:
            low = None if layer.negative_slope else 0.0
            yield Clip(layer, "ReLU", low, float(layer.max_value), lambda: setattr(layer, "max_value", None))
        return
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    if name in _BOUNDED:
        unbounded = keras.activations.relu if name == "relu6" else keras.activations.tanh
        yield Clip(layer, name, *_BOUNDED[name], lambda: setattr(layer, "activation", unbounded))
    elif (isinstance(layer, keras.layers.Lambda) or not is_built_in(layer)) and not isinstance(layer, keras.Model):
        bounds = _bounds(layer)
        if bounds is not None:
            yield Clip(layer, type(layer).__name__, *bounds, lambda: setattr(layer, "call", _unchanged))


def _of_operation(operation: Any) -> Clip:
    """Of `keras.ops.clip`, which stands in a functional graph as an operation of its own."""
    low, high = (_number(getattr(operation, name, None)) for name in ("x_min", "x_max"))
    return Clip(operation, "Clip", low, high, lambda: setattr(operation, "call", _unchanged))


def _unchanged(inputs: Any, *_args: Any, **_kwargs: Any) -> Any:
    return inputs


def _bounds(layer: Any) -> tuple[float | None, float | None] | None:
    """The bounds of a layer that clips and does nothing else, found by trying it; None of any other layer."""
    if layer.weights:
        return None
    try:
        shape = (layer.get_build_config() or {})["input_shape"]
        inner = [size or 1 for size in shape[1:]]
        rows = -(-len(_PROBE) // max(1, int(np.prod(inner))))
        values = np.resize(_PROBE, (shape[0] or rows, *inner)).astype(np.float32)
        made = np.asarray(keras.ops.convert_to_numpy(layer.call(keras.ops.convert_to_tensor(values))))
    except Exception:  # a layer that was never called, or needs more than one array of numbers
        return None
    if made.shape != values.shape or not np.isfinite(made).all():
        return None
    low, high = float(made.min()), float(made.max())
    if not np.array_equal(made, np.clip(values, np.float32(low), np.float32(high))):
        return None
    bounds = (low if low > values.min() else None, high if high < values.max() else None)
    # Cut off at zero from below alone is no clipping: it is a ReLU.
    return None if bounds in ((None, None), (0.0, None)) else bounds


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float | np.number) else None
