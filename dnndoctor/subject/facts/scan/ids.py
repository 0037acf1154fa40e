"""Ids that have no place in what they are looked up in."""

import numpy as np

from dnndoctor.evidence.row_scan import Vocabulary
from dnndoctor.subject.blueprint import Array


def vocabulary(ids: Array, size: int, array: str, reader: str, kind: str, *, validation: bool = False) -> Vocabulary | None:
    """How the ids of a sample stand to a vocabulary.

    Args:
        ids: As they are looked up; the first axis is the row.
        size: Ids from 0 to size - 1 have a place.
        array: Name of the input that they come from.
        reader: Path of the layer, or name of the operation, that looks them up.
        kind: Its class.
        validation: Whether they are those of the validation rows.

    Returns:
        None where there are none.
    """
    if not ids.size:
        return None
    outside = (ids < 0) | (ids >= size)
    rows = outside.reshape(len(ids), -1).any(axis=1)
    first = None
    if rows.any():
        first = tuple(int(place) for place in np.unravel_index(int(np.argmax(outside)), outside.shape))
    return Vocabulary(
        array, reader, kind, size, int(ids.min()), int(ids.max()), int(outside.sum()), int(rows.sum()), first, validation
    )
