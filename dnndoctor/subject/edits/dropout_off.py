"""Dropout and noise switched off."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.engine import private

_STRENGTHS = {
    keras.layers.Dropout: ("rate",),  # its subclasses are the SpatialDropouts
    keras.layers.AlphaDropout: ("rate",),
    keras.layers.GaussianDropout: ("rate",),
    keras.layers.GaussianNoise: ("stddev",),
    keras.layers.Attention: ("dropout",),  # its subclass is AdditiveAttention
    keras.layers.MultiHeadAttention: ("_dropout",),
    keras.layers.GroupQueryAttention: ("dropout",),
}
_RECURRENT = ("dropout", "recurrent_dropout")


class DropoutOff(AppliedEdit):
    """Every layer that drops or adds noise is the identity; nothing changes where there is none."""

    name = "dropout_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        for layer in private.all_layers(model):
            strengths = {name for kind, names in _STRENGTHS.items() if isinstance(layer, kind) for name in names}
            if private.is_recurrent_cell(layer):
                strengths.update(_RECURRENT)
            for name in strengths:
                if isinstance(getattr(layer, name, None), int | float):
                    setattr(layer, name, 0.0)
