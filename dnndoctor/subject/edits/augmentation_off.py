"""Augmentation inside the model switched off."""

import functools
from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.engine import private


class AugmentationOff(AppliedEdit):
    """Keras' augmenting layers do in training what they do in inference; nothing changes where there are none."""

    name = "augmentation_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        kinds = augmenting_layers()
        for layer in [layer for layer in private.all_layers(model) if isinstance(layer, kinds)]:
            layer.call = _as_in_inference(layer.call)


@functools.cache
def augmenting_layers() -> tuple[Any, ...]:
    """Keras' layers that change their inputs at random for the sake of generalisation."""
    names = [name for name in dir(keras.layers) if name.startswith("Random")]
    return tuple(
        getattr(keras.layers, name)
        for name in (*names, "AugMix", "CutMix", "MixUp", "RandAugment")
        if hasattr(keras.layers, name)
    )


def _as_in_inference(call: Any) -> Any:
    @functools.wraps(call)
    def inference(*args: Any, **kwargs: Any) -> Any:
        return call(args[0] if args else kwargs.pop("inputs", kwargs.pop("data", None)), training=False)

    return inference
