"""Reshapes in a model whose sizes are those of a transpose, and what they do to neighbourhoods."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dnndoctor.evidence.seen.layout import ReshapeSeen
from dnndoctor.subject.layers import is_built_in
from dnndoctor.subject.layout.coherence import layout_roughness, scores, standardised, toward
from dnndoctor.subject.layout.fixed_pass import RESHAPING, FixedPass, known_shape
from dnndoctor.subject.layout.readers import Reader, reader_of

MOST_AXES = 6
"""Row included; 720 orders are gone through in no time, and no one reshapes more axes by hand."""


@dataclass(frozen=True)
class Regrouping:
    """What a reshape's sizes suggest that it should have been.

    Attributes:
        order: The axes of the side with more of them, in the order in which they would make the other side's sizes.
        splits: Whether that side is what the reshape gives.
    """

    order: tuple[int, ...]
    splits: bool

    def meant(self, values: Any, made: Sequence[int]) -> Any:
        """What the transpose would have given.

        Args:
            values: What the reshape took.
            made: Shape of what it gave.
        """
        if not self.splits:
            return values.transpose(self.order).reshape(made)
        return values.reshape([made[axis] for axis in self.order]).transpose(np.argsort(self.order))


def regrouping(given: Sequence[int], made: Sequence[int]) -> Regrouping | None:
    """Tells whether a reshape has the sizes of a transpose.

    A reshape that merges neighbouring axes or splits one keeps the axes' order; so does one that moves a boundary between two
    axes (frames of a signal, depth to space), as long as it does not end up with the very sizes of another order.

    Args:
        given: Shape of what it takes, the row first.
        made: Shape of what it gives.

    Returns:
        None where it keeps the order of the axes.
    """
    if _keeps_order(given, made) or max(len(given), len(made)) > MOST_AXES:
        return None
    splits = len(_wide(made)) > len(_wide(given))
    many, few = (made, given) if splits else (given, made)
    merges = len(_wide(many)) > len(_wide(few))
    if merges and not splits and given[-1] % made[-1] == 0:
        return None  # parts of each position's features become positions: anchors with their boxes, depth to space
    sizes = [few[axis] for axis in _wide(few)]
    wide, narrow = _wide(many), [axis for axis, size in enumerate(many) if size == 1]
    for order in itertools.permutations(wide):
        if _merges_to([many[axis] for axis in order], sizes):
            return Regrouping((*order, *narrow), splits)
    return None


def suspicious(traced: FixedPass) -> Iterator[tuple[Any, Any, Regrouping, Reader]]:
    """The reshapes of a forward pass that something behind them reads as if they were a transpose.

    Args:
        traced: The forward pass.

    Yields:
        The tensor that the reshape takes, the operation that gives the last shape, what it should have been, and its reader.
    """
    for operation in traced.graph.get_operations():
        if operation.type not in ("Reshape", "ExpandDims", "Squeeze") or not _users_own(traced, operation):
            continue
        made = operation.outputs[0]
        if any(further.type in RESHAPING and _users_own(traced, further) for further in made.consumers()):
            continue  # the last of several reshapes in a row says what comes of them
        given = made
        while given.op.type in RESHAPING:
            given = given.op.inputs[0]
        shapes = known_shape(given), known_shape(made)
        if shapes[0] is None or shapes[1] is None:
            continue
        found = regrouping(shapes[0], shapes[1])
        reader = reader_of(traced, [made]) if found is not None else None
        if found is not None and reader is not None:
            yield given, operation, found, reader


def reshape_seen(traced: FixedPass, operation: Any, found: Regrouping, reader: Reader, values: Any) -> ReshapeSeen:
    """What a reshape does to the neighbourhoods in its values.

    Args:
        traced: The forward pass.
        operation: Gives the last shape.
        found: What it should have been.
        reader: What reads it.
        values: What the reshape takes, from real rows.
    """
    made = tuple(operation.outputs[0].shape.as_list())
    layer = traced.layer_of(operation)
    moves_rows = found.order[0] != 0
    seen = ReshapeSeen(
        layer=traced.path_of(layer),
        kind=type(layer).__name__ if layer is not None else "",
        given=tuple(values.shape),
        made=made,
        order=found.order,
        splits=found.splits,
        reader=reader.path,
        reader_kind=reader.kind,
        spatial=reader.spatial,
        moves_rows=moves_rows,
    )
    if moves_rows:
        return seen
    patch, footprint = footprints(found, values.shape, made, reader.spatial)
    seen = replace(seen, patch=patch, footprint=footprint)
    before, after = standardised(values), standardised(values.reshape(made))
    meant = standardised(found.meant(values, made))
    if before is None or after is None or meant is None:
        return seen
    rough_before, before_by_row = layout_roughness(before)
    rough_after, after_by_row = layout_roughness(after)
    return replace(
        seen,
        rows=len(before),
        before=rough_before,
        after=rough_after,
        meant=layout_roughness(meant)[0],
        score=scores(toward(after, reader.spatial), toward(meant, reader.spatial)),
        score_all=scores(after_by_row, before_by_row),
    )


def footprints(found: Regrouping, given: Sequence[int], made: Sequence[int], spatial: Sequence[int]) -> tuple[int, int]:
    """Follows the values of a small patch through the transpose and through the reshape.

    Args:
        found: What the reshape should have been.
        given: Shape of what it takes, the row first.
        made: Shape of what it gives.
        spatial: The axes of a row that are read as space or time.

    Returns:
        At how many positions they are: two along each such axis behind the transpose, in the middle; and behind the reshape.
    """
    numbers = np.arange(math.prod(given)).reshape(given)
    middle = [
        slice((size - 1) // 2, (size - 1) // 2 + 2) if axis in spatial else slice(None) for axis, size in enumerate(made[1:])
    ]
    patch = found.meant(numbers, made)[(0, *middle)]
    held = np.isin(numbers.reshape(made)[0], patch)
    features = tuple(axis for axis in range(len(made) - 1) if axis not in spatial)
    positions = math.prod(size for axis, size in enumerate(patch.shape) if axis in spatial)
    return positions, int(held.any(axis=features).sum())


def _users_own(traced: FixedPass, operation: Any) -> bool:
    """Whether the reshape is the user's, and not part of what a layer of Keras computes."""
    layer = traced.layer_of(operation)
    return layer is None or not is_built_in(layer) or type(layer).__name__ in ("Flatten", "Lambda", "Reshape")


def _keeps_order(given: Sequence[int], made: Sequence[int]) -> bool:
    """Whether every axis of one side is some neighbouring axes of the other."""
    first, second = ([shape[axis] for axis in _wide(shape)] for shape in (given, made))
    while first and second:
        counts, products = [1, 1], [first[0], second[0]]
        while products[0] != products[1]:
            side = 0 if products[0] < products[1] else 1
            sizes = (first, second)[side]
            if counts[side] == len(sizes):
                return False
            products[side] *= sizes[counts[side]]
            counts[side] += 1
        if min(counts) > 1:
            return False
        first, second = first[counts[0] :], second[counts[1] :]
    return True


def _merges_to(sizes: Sequence[int], merged: Sequence[int]) -> bool:
    """Whether neighbouring sizes multiply to the merged ones."""
    rest = list(sizes)
    for size in merged:
        product = 1
        while rest and product < size:
            product *= rest.pop(0)
        if product != size:
            return False
    return not rest


def _wide(shape: Sequence[int]) -> list[int]:
    return [axis for axis, size in enumerate(shape) if size > 1]
