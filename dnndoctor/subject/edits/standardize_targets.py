"""Targets with mean zero and spread one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.labelled import Labelled

_FEW = 20
"""Numbers of at most so many values may be classes, where nothing says what they mean."""


class StandardizeTargets(AppliedEdit):
    """(y - mean) / std, the mean of each entry of the last axis and one std for all, both those of the training rows.

    One scale for all leaves skill what it is, so that only losses change.
    """

    name = "standardize_targets"

    def change_targets(self, rows: Labelled, parameters: Mapping[str, Parameter], reference: Labelled) -> Labelled:
        """See `AppliedEdit`."""
        del parameters
        numbers = _numbers(reference)
        if not numbers:
            raise CannotApplyError("No target is a number that could be scaled.")
        pairs = zip(rows.targets, reference.targets, strict=True)
        targets = tuple(_standardised(array, other) if place in numbers else array for place, (array, other) in enumerate(pairs))
        return replace(rows, targets=targets)


def _numbers(rows: Labelled) -> frozenset[int]:
    """Places of the arrays of targets that are quantities of a type that can hold fractions."""
    known = [kind.task == "regression" for kind in rows.kinds] or [len(np.unique(array)) > _FEW for array in rows.targets]
    return frozenset(
        place for place, (array, number) in enumerate(zip(rows.targets, known, strict=True)) if number and array.dtype.kind == "f"
    )


def _standardised(array: Array, reference: Array) -> Any:
    sample = reference.astype(np.float64)
    mean = np.nanmean(sample, axis=tuple(range(max(1, sample.ndim - 1))))
    std = np.nanstd(sample - mean)
    return ((array.astype(np.float64) - mean) / (std if std > 0 else 1)).astype(array.dtype)
