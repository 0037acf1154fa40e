"""One layer in all the forms in which people put layers together, trained by the model's own step."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.engine import data
from dnndoctor.subject.engine.building import make_model
from tests.subject.edits.patient import OwnStep
from tests.subject.engine import kinds

LAYERS = keras.layers
SAMPLE = Sample(kinds.SERIES, kinds.CLASSES)
STEPS = 3

Make = Callable[[], Any]


class Block(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A layer of the user's own around another, made when it is built."""

    def __init__(self, make: Make) -> None:
        super().__init__()
        self.make = make

    def build(self, shape: Any) -> None:
        self.inner = self.make()
        self.inner.build(shape)

    def call(self, inputs: Any, training: bool = False) -> Any:
        takes = "training" in type(self.inner).call.__code__.co_varnames
        return 0.5 * (self.inner(inputs, training=training) if takes else self.inner(inputs))


class Subclass(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A subclassed model with a `train_step` of its own."""

    # Not inherited: Keras turns a class that was once called with inputs and outputs into a functional one.
    train_step = OwnStep.train_step

    def __init__(self, make: Make) -> None:
        super().__init__()
        self.parts = [make(), LAYERS.Flatten()]
        self.head = LAYERS.Dense(5, activation="softmax")

    def call(self, inputs: Any) -> Any:
        x = inputs
        for part in self.parts:
            x = part(x)
        return self.head(x)


def _functional(part: Callable[[Any], Any], kind: type[keras.Model] = keras.Model) -> keras.Model:
    inputs = keras.Input((6, 4))
    return kind(inputs, LAYERS.Dense(5, activation="softmax")(LAYERS.Flatten()(part(inputs))))


FORMS: dict[str, Callable[[Make], keras.Model]] = {
    "Sequential": lambda make: keras.Sequential(
        [keras.Input((6, 4)), make(), LAYERS.Flatten(), LAYERS.Dense(5, activation="softmax")]
    ),
    "Functional": lambda make: _functional(lambda x: make()(x)),
    "own train_step": lambda make: _functional(lambda x: make()(x), OwnStep),
    "nested": lambda make: _functional(lambda x: keras.Sequential([keras.Sequential([make()])])(x)),
    "subclassed": Subclass,
    "wrapped": lambda make: _functional(lambda x: LAYERS.TimeDistributed(make())(x)),
    "in a layer of the user's own": lambda make: _functional(lambda x: Block(make)(x)),
}


def made(form: str, make: Make, *edits: Edit, optimizer: Callable[[], Any] | None = None) -> keras.Model:
    """A model of that form around the layer, with structural edits; the other weights are always the same."""

    def build(seed: int) -> keras.Model:
        keras.utils.set_random_seed(seed)
        model = FORMS[form](make)
        model.compile(optimizer() if optimizer else keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy())
        return model

    return make_model(Blueprint(build, SAMPLE), edits, 0, data.rows_of(SAMPLE))


def trained(model: keras.Model, steps: int = STEPS) -> list[float]:
    """The losses of a few steps of the model's own `train_step`, plainly in Python."""
    losses = []
    for number in range(steps):
        rows = slice(16 * number, 16 * number + 16)
        model.reset_metrics()
        losses.append(float(np.asarray(model.train_step((kinds.SERIES[rows], kinds.CLASSES[rows]))["loss"])))
    return losses
