"""Weights that move freely."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine import private


class WeightConstraintsOff(AppliedEdit):
    """No weight is constrained: kernels, biases, recurrent kernels in cells, and what a layer of the user's own added."""

    name = "weight_constraints_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        # Layers that are not built yet hand their constraints on to the variables that they will make.
        settings = [
            (layer, name)
            for layer in private.all_layers(model)
            for name, value in vars(layer).items()
            if name.endswith("_constraint") and value is not None
        ]
        variables = [variable for variable in model.trainable_variables if variable.constraint is not None]
        if not settings and not variables:
            raise CannotApplyError("No weight of the model is constrained.")
        for layer, name in settings:
            setattr(layer, name, None)
        for variable in variables:
            variable.constraint = None
