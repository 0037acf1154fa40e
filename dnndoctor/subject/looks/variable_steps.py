"""The user's own training step, variable by variable: who gets a gradient, and what moves."""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from dnndoctor.evidence.seen.start import VariableSeen
from dnndoctor.subject.engine.recording import Gradients, loss_in, tapped_optimizer
from dnndoctor.subject.layers import walk_layers
from dnndoctor.subject.looks.layer_signals import COMPARED, twins

_UNITS_LAST = ("Conv1D", "Conv2D", "Conv3D", "Dense")
"""Keras' layers with one unit for each place of the kernel's last axis."""


@dataclass
class VariableSteps:
    """Takes training steps, and reads what they did to each variable.

    Attributes:
        model: Compiled, with all its variables made.
        optimizers: All of the model's optimizers.
        losses: Of the steps taken since `begin`.
        rates: Of the same; empty without a compiled optimizer.
    """

    model: keras.Model
    optimizers: Sequence[Any]
    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Looks at the variables once."""
        self._variables = list({id(variable): variable for variable in self.model.trainable_variables}.values())
        owners = {id(variable): walked for walked in reversed(walk_layers(self.model)) for variable in walked.weights}
        self._owners = [owners.get(id(variable)) for variable in self._variables]
        self._given: tuple[int, ...] = ()
        self._connected: set[int] = set()
        self._asked: set[int] = set()
        self.begin()

    def begin(self) -> None:
        """Forgets the steps taken so far."""
        self.losses.clear()
        self.rates.clear()
        self._weights: list[list[Any]] = []
        self._gradients: list[list[float]] = []
        self._updates: list[list[float]] = []
        self._twins: list[list[int]] = []

    def traced(self, data: Any) -> list[Any]:
        """Takes one step; to be traced, or called as it is.

        Args:
            data: A batch, as `fit` hands it over.

        Returns:
            The loss, and gradients.
        """
        for metric in self.model.metrics:
            metric.reset_state()  # so that the loss is this batch's alone
        gradients = Gradients()
        with ExitStack() as taps:
            for optimizer in self.optimizers:
                taps.enter_context(tapped_optimizer(optimizer, gradients))
            logs = self.model.train_step(data)
        # Steps that take turns work in branches, whose tensors mean nothing out here.
        graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        told = [
            (variable, tensor)
            for variable, tensor in zip(gradients.variables, gradients.tensors, strict=True)
            if graph is None or tensor.graph is graph
        ]
        self._given = tuple(variable for variable, _ in told)
        self._connected.update(gradients.variables)
        self._asked.update((*gradients.variables, *gradients.missing))
        found = loss_in(logs)
        loss = tf.reduce_mean(tf.cast(found, tf.float32)) if found is not None else tf.constant(np.nan)
        return [loss, *(tensor for _, tensor in told)]

    def take(self, step: Any) -> None:
        """Takes one step and keeps what it did.

        Args:
            step: Returns what `traced` does.
        """
        if self.model.optimizer is not None:
            self.rates.append(float(self.model.optimizer.learning_rate))
        before = [tf.identity(variable.value) for variable in self._variables]
        loss, *gradients = step()
        given: dict[int, list[Any]] = {}
        for variable, gradient in zip(self._given, gradients, strict=True):
            given.setdefault(variable, []).append(gradient)
        own = [given.get(id(variable), []) for variable in self._variables]
        changes = [
            tf.cast(variable.value, tf.float32) - tf.cast(old, tf.float32)
            for variable, old in zip(self._variables, before, strict=True)
        ]
        self.losses.append(float(loss))
        self._weights.append([_norm(old) for old in before])
        self._gradients.append(
            [
                math.nan if id(variable) in self._connected and not tensors else _norm(*tensors)
                for variable, tensors in zip(self._variables, own, strict=True)
            ]
        )
        self._updates.append([_norm(change) for change in changes])
        self._twins.append(
            [self._alike(place, old, tensors) for place, (old, tensors) in enumerate(zip(before, own, strict=True))]
        )

    @property
    def unmoved(self) -> bool:
        """Whether there is a variable that no step has changed."""
        return any(max(norms) == 0 for norms in zip(*self._updates, strict=True))

    def read(self) -> tuple[VariableSeen, ...]:
        """What the steps since `begin` did."""
        return tuple(
            VariableSeen(
                layer=owner.path if owner is not None else "",
                name=variable.name,
                size=int(np.prod(variable.shape)),
                rms=self._weights[0][place] / max(1, int(np.prod(variable.shape))) ** 0.5,
                handed=id(variable) in self._asked if self._asked else None,
                gradients=tuple(norms[place] for norms in self._gradients),
                updates=tuple(norms[place] for norms in self._updates),
                connected=id(variable) in self._connected,
                units=int(variable.shape[-1]) if self._has_units(place) else 0,
                twins=min(alike[place] for alike in self._twins),
            )
            for place, (variable, owner) in enumerate(zip(self._variables, self._owners, strict=True))
        )

    def _has_units(self, place: int) -> bool:
        owner = self._owners[place]
        return self._variables[place].name == "kernel" and owner is not None and type(owner.layer).__name__ in _UNITS_LAST

    def _alike(self, place: int, weights: Any, gradients: Sequence[Any]) -> int:
        """Units whose weights and gradients both equal another's, as a step finds them."""
        if not gradients or not self._has_units(place):
            return 0
        units = weights.shape[-1]
        parts = [tf.reshape(tf.cast(part, tf.float32), [-1, units])[:COMPARED] for part in (weights, gradients[0])]
        # Each part by its own size, or the smaller one would not count; what gets no gradient at all is not alike but dead.
        moving = tf.cast(tf.reduce_any(parts[1] != 0, axis=0), tf.float32)
        return twins(tf.concat([tf.math.divide_no_nan(part, tf.norm(part)) for part in parts], 0) * moving)


def _norm(*tensors: Any) -> float:
    values: list[npt.NDArray[Any]] = [np.asarray(tensor, np.float32).ravel() for tensor in tensors]
    largest = max((float(abs(one).max(initial=0.0)) for one in values), default=0.0)
    if not largest or not np.isfinite(largest):
        return largest
    return float(largest * sum(float(np.square(one / largest).sum(dtype=np.float64)) for one in values) ** 0.5)
