"""Batch normalisation without its normalising."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine import private


class BatchNormOff(AppliedEdit):
    """Batch normalisation is gamma * x + beta, in training and in inference; its moving statistics stay what they are.

    A layer that comes with statistics of its own (of loaded weights) goes on scaling by these: what its neighbours were trained
    with is no crutch of this training.
    """

    name = "batch_norm_off"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del parameters, inputs
        found = [layer for layer in private.all_layers(model) if isinstance(layer, keras.layers.BatchNormalization)]
        if not found:
            raise CannotApplyError("The model has no batch normalisation.")
        if not any(layer.trainable for layer in found):
            raise CannotApplyError("All batch normalisation of the model is frozen, so it normalises by no batch.")
        for layer in found:
            layer.call = _scaled_by_stored(layer.call) if _is_adapted(layer) else _scaled(layer)


def _scaled(layer: Any) -> Callable[..., Any]:
    """The call of a layer that scales and shifts along its axis, and does nothing else."""

    def call(inputs: Any, training: Any = None, mask: Any = None) -> Any:
        del training, mask
        # As the layer itself does: 16-bit values are computed with in 32 bits and given back in 16.
        outputs = keras.ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        shape = [1] * len(inputs.shape)
        shape[layer.axis] = -1
        if layer.scale:
            outputs *= keras.ops.reshape(keras.ops.cast(layer.gamma, outputs.dtype), shape)
        if layer.center:
            outputs += keras.ops.reshape(keras.ops.cast(layer.beta, outputs.dtype), shape)
        return keras.ops.cast(outputs, layer.compute_dtype)

    return call


def _scaled_by_stored(call: Callable[..., Any]) -> Callable[..., Any]:
    def inference(inputs: Any, training: Any = None, mask: Any = None) -> Any:
        del training, mask
        return call(inputs, training=False)

    return inference


def _is_adapted(layer: Any) -> bool:
    """Whether the moving statistics are not those that a fresh layer begins with."""
    if not layer.built:
        return False
    pairs = (
        (layer.moving_mean, layer.moving_mean_initializer),
        (layer.moving_variance, layer.moving_variance_initializer),
    )
    return any(not np.array_equal(variable, initializer(variable.shape)) for variable, initializer in pairs)
