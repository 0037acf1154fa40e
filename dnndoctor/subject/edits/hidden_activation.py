"""Another activation of hidden layers."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.layers import walk_layers


class HiddenActivation(AppliedEdit):
    """The named layers have `activation`; their weights stay."""

    name = "hidden_activation"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del inputs
        try:
            function = keras.activations.get(str(parameters.get("activation")))
        except ValueError as error:
            raise CannotApplyError(f"Keras has no activation called {parameters.get('activation')!r}.") from error
        layers = {walked.path: walked.layer for walked in walk_layers(model)}
        for path in str(parameters.get("layers")).split(","):
            layer = layers.get(path)
            if layer is None or not hasattr(layer, "activation"):
                raise CannotApplyError(f"The model has no layer {path!r} with an activation to set.")
            # A recurrent layer shows the activation of its cell, and takes none itself.
            getattr(layer, "cell", layer).activation = function
