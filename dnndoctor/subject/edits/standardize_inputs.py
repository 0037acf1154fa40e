"""Inputs with mean zero and spread one in every feature."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.edits.scaling import narrow, wide


class StandardizeInputs(AppliedEdit):
    """(x - mean) / std for each feature of the last axis; both are those of the training sample's finite values.

    A feature that never changes is only moved to zero.
    """

    name = "standardize_inputs"
    rescaling = True

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        del parameters
        sample = wide(reference)
        features = sample.shape[-1] if sample.ndim > 1 else 1
        table = sample.reshape(-1, features)
        finite = np.isfinite(table)
        counts = np.maximum(finite.sum(0), 1)
        means = np.where(finite, table, 0).sum(0) / counts
        deviations = np.where(finite, table - means, 0)
        stds = np.sqrt((deviations**2).sum(0) / counts)
        # Of equal values too the computed spread may be a rounding error above zero.
        constant = np.where(finite, table, -np.inf).max(0) <= np.where(finite, table, np.inf).min(0)
        values = wide(leaf)
        scaled = (values.reshape(-1, features) - means) / np.where(constant, 1, stds)
        return narrow(scaled.reshape(values.shape), leaf)
