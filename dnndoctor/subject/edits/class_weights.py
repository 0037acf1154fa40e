"""Sample weights by how rare a row's class is."""

from collections.abc import Mapping
from dataclasses import replace

import keras
import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.data.class_weights import sample_weights, weights_by_class
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.labelled import Labelled

_CLASSES = ("binary", "multiclass")


class ClassWeights(AppliedEdit):
    """rows / (classes * rows of the class) for every training row, times its weight where it has one.

    Where there are no weights, the rows are handed to `train_step` with them, as `fit(class_weight=...)` does.
    """

    name = "class_weights"

    def change_targets(self, rows: Labelled, parameters: Mapping[str, Parameter], reference: Labelled) -> Labelled:
        """See `AppliedEdit`."""
        del parameters, reference
        if len(rows.targets) != 1 or len(rows.weights) > 1:
            raise CannotApplyError("Classes can be weighed where there is one array of targets, as Keras itself has it.")
        if rows.kinds and rows.kinds[0].task not in _CLASSES:
            raise CannotApplyError("The targets are no classes, one a row, so none can be weighed.")
        if not rows.training:
            return rows
        y = rows.targets[0]
        weights = sample_weights(weights_by_class("balanced", y), y).astype(keras.config.floatx())
        if weights.ndim != 1:
            raise CannotApplyError("The targets are no classes, one a row, so none can be weighed.")
        if rows.weights:
            own = rows.weights[0]
            weights = own * weights.reshape(-1, *(1,) * (own.ndim - 1)).astype(own.dtype)
        return replace(rows, weights=(np.asarray(weights),))
