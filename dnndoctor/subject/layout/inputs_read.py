"""The user's arrays as the model's first layers read them: their shape there, and whether another layout would be smoother."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from dnndoctor.evidence.seen.layout import ArraySeen
from dnndoctor.subject.layout.coherence import smoothest
from dnndoctor.subject.layout.fixed_pass import MOVING, RESHAPING, FixedPass, known_shape
from dnndoctor.subject.layout.padding import padding
from dnndoctor.subject.layout.readers import Reader, reader_of

_ROWS = 512
"""Rows that are looked at: the error of a single correlation is then below 0.05, and there are many."""

_POINTWISE = MOVING | {"Add", "AddV2", "BiasAdd", "Div", "Maximum", "Minimum", "Mul", "RealDiv", "SelectV2", "Sub"}
"""Operations behind which each value is still at the place of one value of the input."""


def arrays_read(traced: FixedPass, names: list[str], arrays: list[Any]) -> Iterator[ArraySeen]:
    """Inputs that something reads with more than one axis.

    Args:
        traced: The forward pass.
        names: Of the inputs' arrays.
        arrays: Of the training sample.
    """
    for name, array, tensor in zip(names, arrays, traced.inputs, strict=True):
        reader = reader_of(traced, [tensor])
        if reader is None:
            continue
        way = _way(reader.tensor, tensor)
        if way is not None:
            yield from _seen(traced, name, array[:_ROWS], reader, way)


def targets_read(name: str, array: Any) -> Iterator[ArraySeen]:
    """Targets that are pictures.

    Args:
        name: Of the array.
        array: Of the training sample.
    """
    if array.ndim == 4 and min(array.shape[1:3]) > 3:
        found = smoothest(array[:_ROWS], (0, 1))
        if found is not None:
            rows = min(len(array), _ROWS)
            yield ArraySeen(name, array.shape[1:], "", "", None, (0, 1), rows, found.given, found.other)


def _seen(traced: FixedPass, name: str, array: Any, reader: Reader, way: list[Any]) -> Iterator[ArraySeen]:
    moved = _moved(traced, array, way)
    if moved is None:
        return
    spatial = tuple(sorted(moved.axes[axis] for axis in reader.spatial))
    found = smoothest(moved.values, spatial)
    if found is None:
        return
    zeros = padding(moved.values, found.other.order) if found.other is not None and moved.values.ndim == 3 else None
    path = None if moved.reshaping is None else traced.path_of(traced.layer_of(moved.reshaping)) or ""
    shape, rows = moved.values.shape[1:], len(moved.values)
    yield ArraySeen(name, shape, reader.path, reader.kind, path, spatial, rows, found.given, found.other, zeros)


def _way(tensor: Any, source: Any) -> list[Any] | None:
    """The operations from an input to what is read, the first one first; None where values were mixed on every way."""
    if tensor is source:
        return []
    if tensor.op.type not in _POINTWISE:
        return None
    ways = (_way(given, source) for given in tensor.op.inputs)
    return next(([*way, tensor.op] for way in ways if way is not None), None)


@dataclass(frozen=True)
class _Moved:
    """An array as it is read, but for the transposes at the end: these put no values next to each other that were not.

    Attributes:
        values: The array.
        axes: Which axis of a row of it each axis is that is read.
        reshaping: The last operation that regroups axes; None where none does.
    """

    values: Any
    axes: tuple[int, ...]
    reshaping: Any


def _moved(traced: FixedPass, array: Any, way: list[Any]) -> _Moved | None:
    """Moves an array's values as the operations on the way do, for any number of rows; None where they take the rows along."""
    order, reshaping = list(range(array.ndim)), None
    for operation in way:
        made = known_shape(operation.outputs[0])
        if operation.type == "Transpose":
            order = [order[axis] for axis in _permutation(operation)]
        elif operation.type in RESHAPING and made is not None:
            before = [array.shape[axis] for axis in order]
            if before[1:] == list(made[1:]):
                continue
            if made[0] % traced.rows or order[0] != 0:
                return None
            array = array.transpose(order).reshape(len(array) * made[0] // traced.rows, *made[1:])
            order = list(range(array.ndim))
            if [size for size in before[1:] if size > 1] != [size for size in made[1:] if size > 1]:
                reshaping = operation
    return _Moved(array, tuple(axis - 1 for axis in order[1:]), reshaping) if order[0] == 0 else None


def _permutation(operation: Any) -> list[int]:
    known = tf.get_static_value(operation.inputs[1])
    return [int(axis) for axis in np.asarray(known)]
