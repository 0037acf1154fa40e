"""Inputs with mean zero and spread one in every feature."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.edits.scaling import by_feature, narrow, wide


class StandardizeInputs(AppliedEdit):
    """(x - mean) / std for each feature of the last axis; both are those of the training sample's finite values.

    A feature that never changes is only moved to zero.
    """

    name = "standardize_inputs"
    rescaling = True

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        del parameters
        table = by_feature(wide(reference))
        finite = np.isfinite(table)
        counts = np.maximum(finite.sum(0), 1)
        means = np.where(finite, table, 0).sum(0) / counts
        deviations = np.where(finite, table - means, 0)
        stds = np.sqrt((deviations**2).sum(0) / counts)
        # Of equal values too the computed spread may be a rounding error above zero.
        constant = np.where(finite, table, -np.inf).max(0) <= np.where(finite, table, np.inf).min(0)
        values = wide(leaf)
        scaled = (by_feature(values) - means) / np.where(constant, 1, stds)
        return narrow(scaled.reshape(values.shape), leaf)
