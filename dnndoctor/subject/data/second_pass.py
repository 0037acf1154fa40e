"""Reading the first rows a second time: does the user's pipeline change their order, or their values?"""

import itertools
from collections.abc import Iterator

import numpy as np

from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.data.parts import Rows
from dnndoctor.subject.data.trees import leaves

_COMPARED_ROWS = 256


def compare_passes(first: Rows, second: Iterator[Rows], *, whole: bool) -> tuple[bool | None, bool | None]:
    """Compares the first rows of a second pass with the first pass.

    Args:
        first: What the first pass gave.
        second: Batches of a second pass.
        whole: Whether the first pass came to the end of the data.

    Returns:
        Whether the values of rows change (augmentation), and whether their order does; None for what cannot be told.
    """
    inputs = leaves(first.x)
    seen: set[bytes] = set()
    for row in range(len(inputs[0])):
        seen.add(_content([array[row] for array in inputs]))
    same = known = compared = 0
    labels_stay = True
    for again, targets in itertools.islice(_rows_of(second), min(_COMPARED_ROWS, len(inputs[0]))):
        if any(one.shape != other.shape[1:] for one, other in zip(again, inputs, strict=True)):
            return None, None  # padded to another length
        content = _content(again)
        same += content == _content([array[compared] for array in inputs])
        known += content in seen
        stays = all(np.array_equal(one, other[compared]) for one, other in zip(targets, leaves(first.y), strict=True))
        labels_stay = labels_stay and stays
        compared += 1
    if compared == 0:
        return None, None
    if same == compared:
        return False, False
    if known == compared:  # every row is one of the first pass, at another place
        return False, True
    if labels_stay and _varies(first):
        return True, False
    # Other labels at the same place mean another order; the values have changed besides if no row of the whole data is like it.
    return (True if whole else None), (True if _varies(first) else None)


def _rows_of(batches: Iterator[Rows]) -> Iterator[tuple[list[Array], list[Array]]]:
    """Inputs and targets row by row."""
    for batch in batches:
        inputs, targets = leaves(batch.x), leaves(batch.y)
        for index in range(len(inputs[0])):
            yield [array[index] for array in inputs], [array[index] for array in targets]


def _content(row: list[Array]) -> bytes:
    return b"|".join(np.ascontiguousarray(array).tobytes() for array in row)


def _varies(rows: Rows) -> bool:
    return any(len(np.unique(leaf[:_COMPARED_ROWS], axis=0)) > 1 for leaf in leaves(rows.y))
