"""Where an array holds values that are not finite."""

import numpy as np

from dnndoctor.evidence.column_scan import BadCells
from dnndoctor.subject.blueprint import Array

_BLOCK = 2**22
"""Values that are looked at in one go, so that a large sample needs little memory beside it."""


def bad_cells(array: Array, name: str) -> BadCells | None:
    """Rows and columns with NaN or infinite values.

    Args:
        array: The first axis is the row.
        name: What the user calls it.

    Returns:
        None where all values are finite, or are no floats.
    """
    if array.dtype.kind != "f" or not array.size:
        return None
    columns = array.shape[-1] if array.ndim > 1 else 1
    counts = np.zeros(columns, dtype=np.int64)
    rows, first = 0, None
    step = max(1, _BLOCK * len(array) // array.size)
    for start in range(0, len(array), step):
        block = array[start : start + step]
        # A sum is finite only if all its summands are, and it is read at the memory's pace; overflow sends us to the slow way.
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(block.sum(dtype=np.float64)):
                continue
        bad = ~np.isfinite(block).reshape(len(block), -1)
        counts += bad.reshape(-1, columns).sum(axis=0)
        rows += int(bad.any(axis=1).sum())
        if first is None and bad.any():
            row, place = np.unravel_index(int(np.argmax(bad)), bad.shape)
            inside = np.unravel_index(int(place), array.shape[1:]) if array.ndim > 1 else ()
            first = (start + int(row), *map(int, inside))
    if first is None:
        return None
    worst = int(np.argmax(counts))
    return BadCells(name, rows, int((counts > 0).sum()), first, worst, float(counts[worst] / counts.sum()))
