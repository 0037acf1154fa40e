"""No weight decay."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine.state import innermost, optimizers_of


class WeightDecayOff(AppliedEdit):
    """No optimizer decays weights; penalties in the loss stay, which `regularization_off` takes away as well."""

    name = "weight_decay_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        working = list(map(innermost, optimizers_of(model)))
        decaying = [optimizer for optimizer in working if getattr(optimizer, "weight_decay", None)]
        if not decaying:
            raise CannotApplyError("No optimizer of the model decays weights.")
        for optimizer in decaying:
            optimizer.weight_decay = None
