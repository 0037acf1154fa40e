"""Targets in another order among the training rows."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, number
from dnndoctor.subject.labelled import Labelled


class ShuffledLabels(AppliedEdit):
    """One permutation for all arrays of targets and of weights, which belong to them; validation rows stay."""

    name = "shuffled_labels"

    def change_targets(self, rows: Labelled, parameters: Mapping[str, Parameter], reference: Labelled) -> Labelled:
        """See `AppliedEdit`."""
        del reference
        if not rows.training:
            return rows
        order = np.random.RandomState(int(number(parameters, "seed", above=-1))).permutation(rows.count)
        return taken(rows, order)


def taken(rows: Labelled, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Labelled:
    """Rows with the targets and weights of others.

    Args:
        rows: Any.
        chosen: For each row, the number of the one whose targets it gets.
    """
    targets, weights = (tuple(array[chosen] for array in arrays) for arrays in (rows.targets, rows.weights))
    return replace(rows, targets=targets, weights=weights)
