"""Zeros that fill up sequences."""

import numpy as np

from dnndoctor.evidence.row_scan import Padding
from dnndoctor.subject.blueprint import Array

_ROWS = 20_000
_STEPS = 4
"""Steps from which a row is a sequence: a row of three ids is three categories."""


def padding(array: Array, name: str, *, codes: bool) -> Padding | None:
    """The share of steps that are zeros up to an end of the sequence.

    Args:
        array: Ids of shape (steps,), or numbers of shape (steps, features).
        name: What the user calls it.
        codes: Whether the values are codes.

    Returns:
        None where rows are no sequences, or not one begins or ends with zeros.
    """
    sequences = array.ndim == 2 if codes else array.ndim == 3
    if array.dtype.kind not in "iuf" or not sequences or array.shape[1] < _STEPS or not len(array):
        return None
    stride = max(1, -(-len(array) // _ROWS))
    filled = array[::stride] != 0
    if filled.ndim == 3:
        filled = filled.any(axis=2)
    steps = filled.shape[1]
    empty = ~filled.any(axis=1)
    before = np.where(empty, 0, filled.argmax(axis=1))
    behind = np.where(empty, steps, filled[:, ::-1].argmax(axis=1))
    if not before.any() and not behind.any():
        return None
    return Padding(
        array=name,
        steps=steps,
        behind=float(behind.mean() / steps),
        before=float(before.mean() / steps),
        empty_rows=float(empty.mean()),
        first_empty=int(np.argmax(empty)) * stride if empty.any() else None,
    )
