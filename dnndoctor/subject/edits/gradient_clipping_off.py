"""Gradients as they are."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.edits.gradient_clipping_off import CLIPPINGS
from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine.state import optimizers_of


class GradientClippingOff(AppliedEdit):
    """No optimizer clips, nor one inside a LossScaleOptimizer; what a `train_step` clips by itself stays."""

    name = "gradient_clipping_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        found = optimizers_of(model)
        found += [optimizer.inner_optimizer for optimizer in found if hasattr(optimizer, "inner_optimizer")]
        settings = [(optimizer, name) for optimizer in found for name in CLIPPINGS if getattr(optimizer, name, None) is not None]
        if not settings:
            raise CannotApplyError("No optimizer of the model clips gradients.")
        for optimizer, name in settings:
            setattr(optimizer, name, None)
