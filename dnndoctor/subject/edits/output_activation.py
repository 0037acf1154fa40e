"""Another last activation for one output."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine import private

_MOVING = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.Dropout,
    keras.layers.Identity,
)
"""Layers that only move values: an activation before them is still the output's."""

_ACTIVATING = (keras.layers.Softmax, keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.ELU, keras.layers.PReLU)
"""Layers that are nothing but an activation, without an attribute to set."""


class OutputActivation(AppliedEdit):
    """The last activation on the way to the output `output` is `activation`; "linear" strips it."""

    name = "output_activation"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        activation = keras.activations.get(str(parameters.get("activation")))
        layer = _last_activating_layer(model, str(parameters.get("output")), inputs)
        if isinstance(layer, _ACTIVATING):
            layer.call = lambda inputs, *_args, **_kwargs: activation(inputs)
        else:
            layer.activation = activation
        model.make_train_function(force=True)  # whatever the factory may have traced is stale now


def _last_activating_layer(model: keras.Model, output: str, inputs: Any) -> Any:
    """The layer whose activation the output shows, found by watching one symbolic forward pass."""
    calls: list[tuple[Any, list[int], list[int]]] = []
    kept: list[Any] = []

    def forward(*leaves: Any) -> Any:
        with private.watched_calls(lambda layer, args, result: _note(calls, kept, layer, args, result)):
            return model(tf.nest.pack_sequence_as(specs, list(leaves)), training=False)

    specs = tf.nest.map_structure(lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype), inputs)
    found: list[Any] = []
    try:
        tf.function(lambda *leaves: found.append(forward(*leaves)), autograph=False).get_concrete_function(
            *tf.nest.flatten(specs)
        )
    except Exception as error:  # a model that cannot be traced
        raise CannotApplyError(f"The way to the output cannot be followed: {error}") from error
    wanted = id(_named(model, found[0], output))
    while True:
        # Inner layers end before the layers around them, so the first entry is the innermost.
        step = next(((layer, given) for layer, given, made in calls if wanted in made and wanted not in given), None)
        if step is None:
            raise CannotApplyError(f"No layer with an activation to set leads to the output {output!r}.")
        layer, given = step
        if isinstance(layer, _ACTIVATING) or callable(getattr(layer, "activation", None)):
            return layer
        if not isinstance(layer, _MOVING) or len(given) != 1:
            raise CannotApplyError(f"The output {output!r} comes from {layer.name!r}, which has no activation to set.")
        wanted = given[0]


def _note(calls: list[Any], kept: list[Any], layer: Any, args: Any, result: Any) -> None:
    given = [tensor for tensor in tf.nest.flatten(args) if tf.is_tensor(tensor)]
    made = [tensor for tensor in tf.nest.flatten(result) if tf.is_tensor(tensor)]
    kept.extend((given, made))  # so that no id is given out twice
    calls.append((layer, [id(tensor) for tensor in given], [id(tensor) for tensor in made]))


def _named(model: keras.Model, outputs: Any, name: str) -> Any:
    if isinstance(outputs, dict):
        if name in outputs:
            return outputs[name]
    else:
        flat = tf.nest.flatten(outputs)
        names = list(getattr(model, "output_names", None) or ())
        if len(flat) == 1:
            return flat[0]
        if name in names and len(names) == len(flat):
            return flat[names.index(name)]
    raise CannotApplyError(f"The model has no output called {name!r}.")
