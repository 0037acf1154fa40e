"""Whether a row's outputs depend on the other rows of the batch, and where that begins."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.seen.layout import OVER_ROWS, MixingSeen
from dnndoctor.subject.forward_pass import sources
from dnndoctor.subject.layout.fixed_pass import FixedPass, known_shape

_TOLERANCE = {"float16": 0.05, "bfloat16": 0.2}
_FINE = 1e-3
"""Share of the outputs' spread that rounding may make up: a thousand times float32's precision, and some roundings in half's."""

Retrace = Callable[[Callable[[FixedPass], Sequence[Any]]], FixedPass]


def mixing(traced: FixedPass, leaves: Sequence[Any], others: Sequence[Any], retrace: Retrace) -> tuple[MixingSeen, ...]:
    """Replaces all rows but one, and looks whether the outputs of that one change.

    Args:
        traced: The forward pass, as in inference, so that batch normalisation keeps rows apart.
        leaves: Rows of the inputs.
        others: As many other rows.
        retrace: Traces the same forward pass again with other tensors wanted.

    Returns:
        One for each output that depends on other rows; empty also where the model draws random numbers.
    """
    before, _ = traced.run(leaves)
    found = []
    for kept in (0, traced.rows // 2):
        replaced = _replaced(leaves, others, kept)
        after, _ = traced.run(replaced)
        changes = [_change(one, other, kept, traced.rows) for one, other in zip(before, after, strict=True)]
        found = [(number, change, kept) for number, change in enumerate(changes) if change is not None]
        if found:
            break
    if not found:
        return ()
    again, _ = traced.run(leaves)
    if any(_change(one, other, kept, traced.rows) is not None for one, other in zip(before, again, strict=True)):
        return ()  # what is drawn anew at each call differs by itself
    place = _place(leaves, _replaced(leaves, others, found[0][2]), found[0][2], retrace)
    return tuple(
        MixingSeen(number, change, tuple(int(size) for size in before[number].shape), traced.rows, *place)
        for number, change, _ in found
    )


def _replaced(leaves: Sequence[Any], others: Sequence[Any], kept: int) -> list[Any]:
    replaced = [np.array(other) for other in others]
    for leaf, other in zip(leaves, replaced, strict=True):
        other[kept] = leaf[kept]
    return replaced


def _change(before: Any, after: Any, kept: int, rows: int) -> float | None:
    """Change of a row's values as a share of their spread over the rows; None where it is none."""
    if before.ndim == 0 or before.shape[0] % rows or not before.size:
        return None
    folded = before.shape[0] // rows
    mine = slice(kept * folded, (kept + 1) * folded)
    if before.dtype.kind not in "fV":
        return 1.0 if not np.array_equal(before[mine], after[mine]) else None
    precise = before.astype(np.float64)
    spread = float(np.nanstd(precise.reshape(rows, -1), axis=0).max())
    size = max(spread, 1e-6 * float(np.nanmax(np.abs(precise))), 1e-12)
    change = float(np.max(np.abs(after[mine].astype(np.float64) - precise[mine]))) / size
    return change if change > _TOLERANCE.get(before.dtype.name, _FINE) else None


def _place(
    leaves: Sequence[Any], replaced: Sequence[Any], kept: int, retrace: Retrace
) -> tuple[str | None, str, str, tuple[int, ...], tuple[int, ...]]:
    """The first operation behind which the row's values differ: path and class of its layer, its name, and its shapes."""
    operations: list[Any] = []

    def rows_of_all(traced: FixedPass) -> list[Any]:
        operations.clear()
        slices = []
        for operation, tensor, folded in _by_row(traced):
            operations.append(operation)
            slices.append(tensor[kept * folded : (kept + 1) * folded])
        return slices

    traced = retrace(rows_of_all)
    _, before = traced.run(leaves)
    _, after = traced.run(replaced)
    for found, one, other in zip(operations, before, after, strict=True):
        size = max(float(np.max(np.abs(one.astype(np.float64)), initial=0.0)), 1e-12)
        if np.max(np.abs(one.astype(np.float64) - other.astype(np.float64)), initial=0.0) > _FINE * size:
            operation = _gathering(traced, found)
            layer = traced.layer_of(operation)
            given = known_shape(operation.inputs[0]) or ()
            made = known_shape(operation.outputs[0]) or ()
            return traced.path_of(layer), type(layer).__name__ if layer is not None else "", operation.type, given, made
    return None, "", "", (), ()


def _gathering(traced: FixedPass, operation: Any) -> Any:
    """The sum, mean or the like over rows that an operation brings back into each row; else the operation itself."""
    for tensor in operation.inputs:
        for source in sources(tensor, until=lambda op: op.type in OVER_ROWS):
            gathers = source.op.type in OVER_ROWS and source.op.inputs
            if gathers and (known_shape(source.op.inputs[0]) or (0,))[0] == traced.rows != (known_shape(source) or (0,))[0]:
                return source.op
    return operation


def _by_row(traced: FixedPass) -> Iterator[tuple[Any, Any, int]]:
    """Operations that give numbers of which each row has its own, with the tensor and how many of its first axis a row has."""
    for operation in list(traced.graph.get_operations()):
        for tensor in operation.outputs[:1] if operation.inputs else ():
            shape = known_shape(tensor)
            if shape and shape[0] and shape[0] % traced.rows == 0 and tensor.dtype.is_floating:
                yield operation, tensor, shape[0] // traced.rows
