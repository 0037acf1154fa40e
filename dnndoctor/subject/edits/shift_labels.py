"""Class ids moved by a whole number."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.labelled import Labelled


class ShiftLabels(AppliedEdit):
    """y + by for every array of class ids, held-out rows included; what counts as right moves along."""

    name = "shift_labels"

    def change_targets(self, rows: Labelled, parameters: Mapping[str, Parameter], reference: Labelled) -> Labelled:
        """See `AppliedEdit`."""
        by = parameters.get("by")
        if not isinstance(by, int) or isinstance(by, bool):
            raise CannotApplyError(f"The edit needs 'by' to be a whole number; it is {by!r}.")
        places = _ids(reference)
        if not places:
            raise CannotApplyError("No target is a class id that could be moved.")
        if any(array.size and int(array.min()) + by < 0 for place, array in enumerate(reference.targets) if place in places):
            raise CannotApplyError(f"Class ids moved by {by} would be below 0.")
        targets = tuple(_moved(array, by) if place in places else array for place, array in enumerate(rows.targets))
        return replace(rows, targets=targets)


def _ids(rows: Labelled) -> frozenset[int]:
    """Places of the arrays of targets that are class ids; where nothing says what they mean, of whole numbers."""
    known = [kind.encoding == "class_ids" for kind in rows.kinds] or [_whole(array) for array in rows.targets]
    return frozenset(place for place, is_id in enumerate(known) if is_id and _whole(rows.targets[place]))


def _whole(array: Array) -> bool:
    return array.dtype.kind in "iu" or (array.dtype.kind == "f" and bool((array == np.floor(array)).all()))


def _moved(array: Array, by: int) -> Any:
    # Wide, since unsigned numbers would wrap around.
    return (array.astype(np.float64 if array.dtype.kind == "f" else np.int64) + by).astype(array.dtype)
