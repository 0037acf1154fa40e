"""Penalties on weights and activations, and weight decay, switched off."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.state import innermost, optimizers_of


class RegularizationOff(AppliedEdit):
    """No kernel, bias or activity regularizer and no weight decay; what a layer adds by `add_loss` stays."""

    name = "regularization_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        for layer in private.all_layers(model):
            for name in [name for name in vars(layer) if name.endswith("_regularizer")]:
                setattr(layer, name, None)
        for variable in model.variables:
            variable.regularizer = None
        for optimizer in optimizers_of(model):
            inner = innermost(optimizer)
            if getattr(inner, "weight_decay", None) is not None:
                inner.weight_decay = None
