"""Inputs by the normal scores of their ranks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.edits.scaling import by_feature, narrow, wide


class QuantileInputs(AppliedEdit):
    """Each feature of the last axis to a standard normal one by its ranks among the training sample's finite values.

    Equal values get the middle of their ranks (van der Waerden's scores, with (rank - 1/2) / n as the share below); others
    are interpolated between those of the training sample, and none lies beyond them.
    """

    name = "quantile_inputs"
    rescaling = True

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        del parameters
        sample, values = by_feature(wide(reference)), wide(leaf)
        columns = zip(by_feature(values).T, sample.T, strict=True)
        scores = np.stack([_normal_scores(column, other) for column, other in columns], axis=-1)
        return narrow(scores.reshape(values.shape), leaf)


def _normal_scores(column: npt.NDArray[np.float64], sample: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    known, counts = np.unique(sample[np.isfinite(sample)], return_counts=True)
    if not known.size:
        return column
    shares = (np.cumsum(counts) - counts / 2) / counts.sum()
    # `interp` gives NaN for NaN, and the outermost shares for infinities.
    return np.asarray(tf.math.ndtri(np.interp(column, known, shares)))
