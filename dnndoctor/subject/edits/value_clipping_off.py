"""Values inside the model as large as they come."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.clipping import clips
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError


class ValueClippingOff(AppliedEdit):
    """What cuts values off at bounds lets them pass; see `clipping.clips` for what is seen."""

    name = "value_clipping_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        found = clips(model)
        if not found:
            raise CannotApplyError("No clipping of values is to be seen inside the model.")
        for clip in found:
            clip.remove()
