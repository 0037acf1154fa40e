"""Another momentum of batch normalisation's moving statistics."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError, number
from dnndoctor.subject.engine import private


class BatchNormMomentum(AppliedEdit):
    """Every layer of batch normalisation has `momentum`."""

    name = "batch_norm_momentum"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del inputs
        momentum = number(parameters, "momentum", above=0)
        if momentum >= 1:
            raise CannotApplyError(f"The edit needs 'momentum' to be below 1; it is {momentum:g}.")
        found = [layer for layer in private.all_layers(model) if isinstance(layer, keras.layers.BatchNormalization)]
        if not found:
            raise CannotApplyError("The model has no batch normalisation.")
        for layer in found:
            layer.momentum = momentum
