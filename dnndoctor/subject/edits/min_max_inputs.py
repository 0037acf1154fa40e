"""Inputs between 0 and 1 in every feature."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.edits.scaling import by_feature, narrow, wide


class MinMaxInputs(AppliedEdit):
    """(x - low) / (high - low) for each feature of the last axis; both are those of the training sample's finite values.

    A feature that never changes is only moved to zero. Held-out values beyond the training data's are not cut off.
    """

    name = "min_max_inputs"
    rescaling = True

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        del parameters
        table = by_feature(wide(reference))
        finite = np.isfinite(table)
        some = finite.any(0)
        low = np.where(some, np.where(finite, table, np.inf).min(0), 0)
        high = np.where(some, np.where(finite, table, -np.inf).max(0), 0)
        values = wide(leaf)
        scaled = (by_feature(values) - low) / np.where(high > low, high - low, 1)
        return narrow(scaled.reshape(values.shape), leaf)
