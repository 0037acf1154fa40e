"""Frozen layers trained."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.edits.loss import recompile
from dnndoctor.subject.engine import private
from dnndoctor.subject.reworked import fresh_optimizer


class Unfreeze(AppliedEdit):
    """Every layer is trainable; the optimizer is a fresh one of the same settings, since it was made for fewer weights."""

    name = "unfreeze"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        frozen = [layer for layer in private.all_layers(model) if not layer.trainable]
        if not frozen:
            raise CannotApplyError("No layer of the model is frozen.")
        for layer in frozen:
            layer.trainable = True
        optimizer = model.optimizer
        if isinstance(optimizer, keras.optimizers.Optimizer) and optimizer.built:
            recompile(model, optimizer=fresh_optimizer(optimizer))
        else:
            recompile(model)
