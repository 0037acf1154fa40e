"""The loss of one batch between training mode and evaluation mode, one thing switched at a time."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.subject.edits.augmentation_off import augmenting_layers
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.recording import is_stock, replaced
from dnndoctor.subject.layers import is_built_in

_DROPPING = (
    keras.layers.AlphaDropout,
    keras.layers.Dropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.SpectralNormalization,
)
"""Layers that disturb values in training alone. The last one lets its estimate take another turn."""


class Mode(IntEnum):
    """From evaluation to training, each with one thing more as in training than the one before."""

    EVALUATION = 0
    WITHOUT_BATCH_STATISTICS = 1
    WITHOUT_DROPOUT = 2
    WITHOUT_AUGMENTATION = 3
    TRAINING = 4


@dataclass(frozen=True)
class ModeLosses:
    """Calls a model in any mode.

    Attributes:
        model: Compiled.
    """

    model: keras.Model

    @functools.cached_property
    def _parts(self) -> dict[Mode, list[Any]]:
        """The layers that each mode is the first to call as in training."""
        layers = private.all_layers(self.model)
        dropping = [layer for layer in layers if isinstance(layer, _DROPPING) or private.is_recurrent_cell(layer)]
        return {
            Mode.WITHOUT_DROPOUT: [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)],
            Mode.WITHOUT_AUGMENTATION: [*dropping, *(layer for layer in layers if _drops_inside(layer))],
            Mode.TRAINING: [layer for layer in layers if isinstance(layer, augmenting_layers())],
        }

    def distinct(self) -> dict[Mode, Mode]:
        """For each mode the lowest one that is the same in this model."""
        own = any(not is_built_in(layer) for layer in private.all_layers(self.model) if layer is not self.model)
        same = {Mode.EVALUATION: Mode.EVALUATION}
        for mode in list(Mode)[1:]:
            differs = own or not is_built_in(self.model) if mode is Mode.WITHOUT_BATCH_STATISTICS else self._parts[mode]
            same[mode] = mode if differs else same[Mode(mode - 1)]
        return same

    def call(self, mode: Mode, x: Any) -> Any:
        """The model's outputs.

        Args:
            mode: In which.
            x: Inputs.
        """
        with ExitStack() as still:
            for later, layers in self._parts.items():
                for layer in layers if later > mode else ():
                    still.enter_context(_as_in_inference(layer))
            return self.model(x, training=mode is not Mode.EVALUATION)

    def loss(self, mode: Mode, batch: Any, outputs: Any) -> tuple[Any, Any]:
        """The loss that Keras' own step computes from outputs, and the penalties in it.

        Args:
            mode: In which they were made.
            batch: As `fit` hands it over.
            outputs: Made by the last call of the model.
        """
        x, y, weight = keras.utils.unpack_x_y_sample_weight(batch)
        total = self.model.compute_loss(x=x, y=y, y_pred=outputs, sample_weight=weight, training=mode is not Mode.EVALUATION)
        penalties = [tf.cast(loss, tf.float32) for loss in self.model.losses]
        return tf.cast(total, tf.float32), tf.add_n(penalties) if penalties else tf.constant(0.0)

    @property
    def has_losses(self) -> bool:
        """Whether training and evaluation are Keras' own."""
        return is_stock(self.model) and type(self.model).test_step is keras.Model.test_step


def _drops_inside(layer: Any) -> bool:
    """Keras' layers that drop values by themselves, with no layer for it that could be stilled."""
    return isinstance(layer, keras.layers.Attention) and bool(getattr(layer, "dropout", 0))


@contextmanager
def _as_in_inference(layer: Any) -> Iterator[None]:
    call: Callable[..., Any] = layer.call

    @functools.wraps(call)
    def inference(*args: Any, **kwargs: Any) -> Any:
        return call(*args, **{**kwargs, "training": False})

    with replaced(layer, call=inference):
        yield


def telescoped(losses: Sequence[Any], same: dict[Mode, Mode]) -> dict[Mode, Any]:
    """The loss of every mode from those of the distinct ones.

    Args:
        losses: Of the distinct modes, in order.
        same: See `ModeLosses.distinct`.
    """
    distinct = sorted(set(same.values()))
    return {mode: losses[distinct.index(first)] for mode, first in same.items()}
