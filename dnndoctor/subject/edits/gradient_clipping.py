"""Gradients clipped by their global norm."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.edits.gradient_clipping_off import CLIPPINGS
from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError, number
from dnndoctor.subject.engine.state import innermost, optimizers_of


class GradientClipping(AppliedEdit):
    """Every optimizer, or the one inside a LossScaleOptimizer, clips by `global_clipnorm`, and in no other way."""

    name = "gradient_clipping"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del inputs
        norm = number(parameters, "global_clipnorm", above=0)
        found = optimizers_of(model)
        if not found:
            raise CannotApplyError("The model trains without an optimizer of Keras', so none can clip its gradients.")
        for optimizer in found:
            working = innermost(optimizer)
            for name in CLIPPINGS:
                setattr(optimizer, name, None)
                setattr(working, name, None)
            working.global_clipnorm = norm
