"""Missing inputs filled in by their feature's median."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.edits.scaling import by_feature, narrow, wide


class FillMissing(AppliedEdit):
    """Values that are not finite, or are `value`, become the median of the feature's other values in the training sample.

    A feature of which nothing is known becomes 0.
    """

    name = "fill_missing"
    rescaling = True  # a median of codes is none of them

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        marker = parameters.get("value")
        values = wide(leaf)
        missing = _missing(values, marker)
        if not missing.any():
            return leaf
        sample = by_feature(wide(reference))
        medians = np.array([_median(column) for column in np.where(_missing(sample, marker), np.nan, sample).T])
        return narrow(np.where(by_feature(missing), medians, by_feature(values)).reshape(values.shape), leaf)


def _missing(values: npt.NDArray[Any], marker: Parameter) -> npt.NDArray[Any]:
    # The user's marker is a float32 in the sample, as the number that was read off it is.
    missing = ~np.isfinite(values)
    if marker is not None:
        missing |= np.isclose(values, float(marker), rtol=1e-6, atol=0)
    return np.asarray(missing)


def _median(column: npt.NDArray[np.float64]) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if known.size else 0.0
