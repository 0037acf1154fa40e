"""A normalisation between layers' affine maps and their activations."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.layers import walk_layers
from dnndoctor.subject.reworked import AFFINE, build_parts, hold, reworked


class AddNormalization(AppliedEdit):
    """Each of the named layers normalises what its weights give, before its own activation.

    The normalisation is Keras' own with its defaults, over the layer's features; it is trained, and batch normalisation keeps
    moving statistics as always.
    """

    name = "add_normalization"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        layers = {walked.path: walked.layer for walked in walk_layers(model)}
        added = []
        for path in str(parameters.get("layers")).split(","):
            layer = layers.get(path)
            if not isinstance(layer, AFFINE):
                raise CannotApplyError(f"The model has no layer {path!r} with weights and an activation of its own behind them.")
            if not layer.trainable:
                raise CannotApplyError(f"The layer {path!r} is frozen, and a normalisation in it would not be trained.")
            work = reworked(layer)
            if work.normalisation is not None:
                raise CannotApplyError(f"The layer {path!r} was given a normalisation already.")
            work.normalisation = _normalisation(str(parameters.get("kind")), layer)
            hold(layer, "added_normalization", work.normalisation)
            added.append((work.normalisation, layer))
        build_parts(model, inputs, added)


def _normalisation(kind: str, layer: Any) -> Any:
    kinds = {"batch": keras.layers.BatchNormalization, "layer": keras.layers.LayerNormalization}
    if kind not in kinds:
        raise CannotApplyError(f"There is no normalisation of the kind {kind!r}.")
    axis = 1 if getattr(layer, "data_format", None) == "channels_first" else -1
    return kinds[kind](axis=axis, dtype=layer.dtype_policy, name=f"{layer.name}_normalization")
