"""Initial weights that keep signals the same size from layer to layer."""

import math
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError, StartChange
from dnndoctor.subject.fans import Kernel, kernels, owned_variables
from dnndoctor.subject.following import OTHER, RECTIFIER, following
from dnndoctor.subject.forward_pass import forward_pass

_TRUNCATED = 0.87962566
"""Standard deviation of a standard normal cut off at two deviations: that of the normal distribution between -2 and 2."""

_EMBEDDED = 0.05
"""Keras' own range for embeddings: uniform between minus and plus this."""

_WILD = 10.0
"""Spread of embeddings that no one means: ten times that of a standard normal, the widest in common use."""

Draw = Callable[[Any, int], Any]
"""From what the factory drew, and a seed, to a new value."""


class VarianceScaledInit(AppliedEdit):
    """Every kernel drawn anew by its fans and by the activation behind it; graphs stay as they are.

    Truncated normals of variance 2 / fan_in before ReLU and its kin (He et al. 2015, arXiv:1502.01852), 1 / fan_in before SELU
    (Klambauer et al. 2017, arXiv:1706.02515) and between two products of one layer, 2 / (fan_in + fan_out) otherwise (Glorot and
    Bengio 2010). Recurrent kernels are orthogonal, biases zero (one for the forget gates of an LSTM), embeddings uniform where
    theirs are all alike or wild. What is frozen, loaded or normalises stays.
    """

    name = "variance_scaled_init"

    def change_start(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any, loaded: Set[str]) -> StartChange:
        """See `AppliedEdit`."""
        del parameters
        try:
            traced = forward_pass(model, inputs)
        except Exception:  # the user's forward pass cannot be traced; the layers' own activations are known all the same
            traced = None
        found = [kernel for kernel in kernels(model) if kernel.variable.trainable and kernel.variable.path not in loaded]
        if not found:
            raise CannotApplyError("All kernels of the model are frozen or loaded, so there are none to draw anew.")
        draws: dict[int, Draw] = {
            kernel.position: _orthogonal if kernel.recurrent else _normal(_variance(kernel, following(kernel.layer, traced)))
            for kernel in found
        }
        holders = {id(kernel.layer) for kernel in found}
        for position, (variable, layer) in enumerate(owned_variables(model)):
            if not variable.trainable or variable.path in loaded:
                continue
            if variable.name == "bias" and id(layer) in holders:
                draws[position] = _forget_gates_open if getattr(layer, "unit_forget_bias", False) else _zeros
            elif isinstance(layer, keras.layers.Embedding) and variable.name == "embeddings":
                draws[position] = _embedding

        def change(values: Sequence[Any], seed: int) -> list[Any]:
            return [
                draws[position](value, _seed(seed, position)) if position in draws else value
                for position, value in enumerate(values)
            ]

        return change


def _variance(kernel: Kernel, activation: str) -> float:
    if activation == RECTIFIER and kernel.activated:
        return 2 / kernel.fan_in
    if activation == OTHER and kernel.activated:
        return 2 / (kernel.fan_in + kernel.fan_out)
    return 1 / kernel.fan_in


def _normal(variance: float) -> Draw:
    deviation = math.sqrt(variance) / _TRUNCATED
    return lambda value, seed: keras.initializers.TruncatedNormal(stddev=deviation, seed=seed)(value.shape, value.dtype.name)


def _orthogonal(value: Any, seed: int) -> Any:
    return keras.initializers.Orthogonal(seed=seed)(value.shape, value.dtype.name)


def _zeros(value: Any, seed: int) -> Any:
    del seed
    return tf.zeros_like(value)


def _forget_gates_open(value: Any, seed: int) -> Any:
    """An LSTM's bias: its gates are input, forget, candidate and output, in this order."""
    del seed
    quarters = tf.zeros([4, value.shape[0] // 4], value.dtype) + tf.constant([[0], [1], [0], [0]], value.dtype)
    return tf.reshape(quarters, value.shape)


def _embedding(value: Any, seed: int) -> Any:
    spread = float(np.std(value.numpy()))
    if 0 < spread <= _WILD:
        return value
    return keras.initializers.RandomUniform(-_EMBEDDED, _EMBEDDED, seed=seed)(value.shape, value.dtype.name)


def _seed(seed: int, position: int) -> int:
    return int(np.random.SeedSequence((seed, position)).generate_state(1)[0] >> 1)  # Keras takes 31 bits
