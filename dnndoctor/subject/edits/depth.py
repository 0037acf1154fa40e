"""More hidden layers."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError, number
from dnndoctor.subject.following import activation_behind
from dnndoctor.subject.reworked import build_parts, hold, reworked
from dnndoctor.subject.widths import followed, hidden_layers

_GROWING = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)


class Depth(AppliedEdit):
    """`layers` more layers behind the last hidden dense or convolutional one, of its width, settings and activation.

    Convolutions keep the size: their padding is "same" and their stride 1. Where the activation is a layer or an operation of
    its own, behind a normalisation or not, the new layers come in front of it, with the same activation between them.
    """

    name = "depth"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        count = round(number(parameters, "layers", above=0))
        traced = followed(model, inputs)
        called = {id(layer): layer for call in traced.calls for layer in (call.layer, getattr(call.layer, "layer", None))}
        wide = {key for key, layer in called.items() if isinstance(layer, _GROWING)}
        hidden = hidden_layers(wide, traced)
        if not hidden:
            raise CannotApplyError("The model has no hidden dense or convolutional layer that is trained.")
        last = hidden[-1]
        work = reworked(last)
        added = [_like(last, work.activation, len(work.further) + position) for position in range(1, count + 1)]
        work.further = (*work.further, *added)
        work.between = activation_behind(last, traced)
        hold(last, "added_layers", list(work.further))
        build_parts(model, inputs, [(layer, last) for layer in added])


def _like(layer: Any, activation: Callable[[Any], Any], position: int) -> Any:
    """Another layer of the same settings."""
    settings: dict[str, Any] = {
        "activation": activation,
        "use_bias": layer.use_bias,
        "kernel_initializer": _own_draw(layer.kernel_initializer, position),
        "bias_initializer": layer.bias_initializer,
        "kernel_regularizer": layer.kernel_regularizer,
        "bias_regularizer": layer.bias_regularizer,
        "activity_regularizer": layer.activity_regularizer,
        "kernel_constraint": layer.kernel_constraint,
        "bias_constraint": layer.bias_constraint,
        "dtype": layer.dtype_policy,
        "name": f"{layer.name}_further_{position}",
    }
    if isinstance(layer, keras.layers.Dense):
        return keras.layers.Dense(layer.units, **settings)
    kinds: tuple[Callable[..., Any], ...] = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
    return kinds[layer.rank - 1](
        layer.filters, layer.kernel_size, padding="same", data_format=layer.data_format, groups=layer.groups, **settings
    )


def _own_draw(initializer: Any, position: int) -> Any:
    """The same distribution; one that was given a seed would draw the very values of the layer before."""
    config = initializer.get_config() if isinstance(initializer, keras.initializers.Initializer) else {}
    if "seed" not in config:
        return initializer
    seed = config["seed"]
    return type(initializer).from_config({**config, "seed": seed + position if isinstance(seed, int) else None})
