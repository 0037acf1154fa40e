"""What reads a tensor as space, time or features: the first layer behind it that is more than a move or a pointwise step."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dnndoctor.subject.forward_pass import LINEAR_OPS, effects
from dnndoctor.subject.layout.fixed_pass import FixedPass, known_shape

_LOST = frozenset({"If", "PartitionedCall", "StatefulPartitionedCall", "StatelessIf", "StatelessWhile", "While"})
_POOLS = frozenset({"AvgPool", "AvgPool3D", "MaxPool", "MaxPool3D"})
_SEQUENCES = frozenset({"Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN", "TimeDistributed"})
_MIXERS = frozenset({"AdditiveAttention", "Attention", "Dense", "EinsumDense", "GroupedQueryAttention", "MultiHeadAttention"})


@dataclass(frozen=True)
class Reader:
    """What reads a tensor.

    Attributes:
        path: Of the layer; empty where it is an operation.
        kind: Class of the layer, or TensorFlow's name of the operation.
        tensor: What it reads.
        spatial: The axes of a row that it reads as space, time or positions; the others are features.
    """

    path: str
    kind: str
    tensor: Any
    spatial: tuple[int, ...]

    @property
    def neighbourly(self) -> bool:
        """Whether it treats positions next to each other differently from those far apart."""
        return is_neighbourly(self.kind)


def is_neighbourly(kind: str) -> bool:
    """Whether a layer treats positions next to each other differently from those far apart.

    Args:
        kind: Class of the layer, or TensorFlow's name of an operation.
    """
    return "Conv" in kind or ("Pool" in kind and "Global" not in kind) or kind in _SEQUENCES - {"TimeDistributed"}


def reader_of(traced: FixedPass, tensors: Iterable[Any]) -> Reader | None:
    """The first reader of a tensor with several axes.

    Args:
        traced: The forward pass.
        tensors: Of its graph.

    Returns:
        None where all of them are flattened before anything weighs them, or nothing weighs them.
    """
    entered: dict[int, list[Any]] = {}
    for call in reversed(traced.calls):
        for tensor in call.given:
            entered.setdefault(id(tensor), []).append(call.layer)

    def stops(operation: Any) -> bool:
        return operation.type in LINEAR_OPS | _LOST | _POOLS or _flattens(operation)

    for tensor in effects(tensors, until=stops):
        shape = known_shape(tensor)
        if shape is None or len(shape) < 3:
            continue
        for layer in entered.get(id(tensor), ()):
            kind = type(layer).__name__
            if _reads(kind):
                first = getattr(layer, "data_format", None) == "channels_first"
                return Reader(traced.path_of(layer) or layer.name, kind, tensor, _spatial(len(shape) - 1, first))
        for operation in tensor.consumers():
            if operation.type in LINEAR_OPS | _POOLS and operation.inputs[0] is tensor:
                return Reader("", operation.type, tensor, _spatial(len(shape) - 1, channels_first=False))
    return None


def _reads(kind: str) -> bool:
    return kind in _SEQUENCES | _MIXERS or "Conv" in kind or "Pooling" in kind


def _spatial(axes: int, channels_first: bool) -> tuple[int, ...]:
    return tuple(range(1, axes)) if channels_first else tuple(range(axes - 1))


def _flattens(operation: Any) -> bool:
    if operation.type != "Reshape":
        return False
    shape = operation.outputs[0].shape
    return shape.rank is not None and shape.rank <= 2
