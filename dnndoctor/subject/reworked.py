"""Layers of weights that do more than they were written to: normalise in front of their activation, go on behind it.

Several edits may work on one layer, in any order, and so may those that set its activation: what a layer does is put together
when it is called.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import keras

from dnndoctor.evidence import layers
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.edits.loss import recompile
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.state import optimizers_of
from dnndoctor.subject.forward_pass import ForwardPass, traced

AFFINE = tuple(getattr(keras.layers, kind) for kind in sorted(layers.AFFINE))
"""Keras' layers that are an affine map and then their own activation."""

_ATTRIBUTE = "_dnndoctor_reworked"

_SETTING = threading.RLock()
"""Held while a layer goes without its activation, since several threads may trace it."""


class Reworked:
    """What a layer does when it is called.

    Attributes:
        normalisation: Layer between the affine map and the activation; None for none.
        further: Layers behind the activation.
        between: What comes in front of each of these where the layer itself has no activation, so that they make no single
            linear map with it.
    """

    def __init__(self, layer: Any) -> None:
        """Leaves a layer as it is.

        Args:
            layer: One of `AFFINE`.
        """
        self.normalisation: Any = None
        self.further: tuple[Any, ...] = ()
        self.between: Callable[[Any], Any] = keras.activations.linear
        self._layer = layer
        self._plain_call = layer.call

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Stands in for the layer's `call`."""
        with _SETTING:
            activation = self._layer.activation
            self._layer.activation = None
            try:
                outputs = self._plain_call(*args, **kwargs)
            finally:
                self._layer.activation = activation
            if self.normalisation is not None:
                outputs = self.normalisation(outputs)
            outputs = self.activation(outputs)
            for layer in self.further:
                outputs = layer(self.between(outputs))
            return outputs

    def activation(self, values: Any) -> Any:
        """What the layer's own activation, which may still be set to another one, makes of values."""
        activation = self._layer.activation
        return values if activation is None else activation(values)


def reworked(layer: Any) -> Reworked:
    """What a layer does, to be changed.

    Args:
        layer: One of `AFFINE`.
    """
    found = vars(layer).get(_ATTRIBUTE)
    if not isinstance(found, Reworked):
        found = Reworked(layer)
        setattr(layer, _ATTRIBUTE, found)
        layer.call = found.call
    return found


def hold(layer: Any, name: str, parts: Any) -> None:
    """Makes layers part of another, so that their variables are its own.

    Args:
        layer: Any layer, built or not.
        name: Attribute that holds them.
        parts: One layer or several.
    """
    with private.open_for_state(layer):
        setattr(layer, name, parts)


def build_parts(model: keras.Model, inputs: Any, parts: Sequence[tuple[Any, Any]]) -> None:
    """Makes the variables of layers that were put behind others in a model, and leaves it trainable.

    Args:
        model: The model.
        inputs: Its symbolic inputs.
        parts: Each layer and the one whose output it takes.

    Raises:
        CannotApplyError: The shapes that they take cannot be told.
    """
    was_built = all(layer.built for layer in private.all_layers(model) if not any(layer is part for part, _ in parts))
    for part, host in parts:
        shape = _output_shape(host)
        if shape is not None:
            part.build(shape)
    missing = [part for part, _ in parts if not part.built]
    if missing:
        followed: ForwardPass | None = traced(model, inputs)
        if followed is None and was_built:
            raise CannotApplyError("The model's forward pass cannot be followed, so what its layers take is not known.")
    renew_optimizers(model)


def renew_optimizers(model: keras.Model) -> None:
    """Gives a model fresh optimizers of the same settings where theirs were made for other weights.

    Args:
        model: Compiled, not trained yet.

    Raises:
        CannotApplyError: It holds such optimizers where they cannot be replaced.
    """
    for optimizer in optimizers_of(model):
        if not optimizer.built:
            continue
        names = [name for name, value in vars(model).items() if value is optimizer and not name.startswith("_")]
        if optimizer is not model.optimizer and not names:
            raise CannotApplyError("The model keeps optimizers in a list, and they were made for the weights that it has.")
        renewed = fresh_optimizer(optimizer)
        if optimizer is model.optimizer:
            recompile(model, optimizer=renewed)
        for name in names:
            setattr(model, name, renewed)


def fresh_optimizer(optimizer: Any) -> Any:
    """An optimizer with the same settings, which knows no weights yet.

    Args:
        optimizer: One of Keras', or of the user's that can be made from its config.

    Raises:
        CannotApplyError: It cannot.
    """
    try:
        config = optimizer.get_config()
        inner = getattr(optimizer, "inner_optimizer", None)
        if inner is not None:
            return type(optimizer)(fresh_optimizer(inner), **{key: config[key] for key in config if key != "inner_optimizer"})
        source = private.rate(optimizer)
        if callable(source) or isinstance(source, keras.optimizers.schedules.LearningRateSchedule):
            config["learning_rate"] = source  # of any class of the user's, which need not be made from a config
        if isinstance(optimizer, keras.optimizers.AdamW):
            config["weight_decay"] = config["weight_decay"] or 0.0  # it takes no None, which switches decay off
        return type(optimizer).from_config(config)
    except Exception as error:  # a class of the user's that does not say what it was made with
        raise CannotApplyError(f"A {type(optimizer).__name__} for further weights cannot be made: {error}") from error


def _output_shape(layer: Any) -> Any:
    try:
        return layer.output.shape
    except (AttributeError, ValueError):  # called with real tensors only, with several shapes, or not yet
        return None
