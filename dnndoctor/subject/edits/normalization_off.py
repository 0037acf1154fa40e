"""Preprocessing normalisation that passes values on."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine import private


class NormalizationOff(AppliedEdit):
    """Every `Normalization` layer gives what it is given, in its own dtype; its mean and variance stay what they are."""

    name = "normalization_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        found = [layer for layer in private.all_layers(model) if isinstance(layer, keras.layers.Normalization)]
        if not found:
            raise CannotApplyError("The model has no Normalization layer.")
        for layer in found:
            layer.call = _passing(layer)


def _passing(layer: Any) -> Any:
    return lambda inputs, *_args, **_kwargs: keras.ops.cast(inputs, layer.compute_dtype)
