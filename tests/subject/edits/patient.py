"""A model with something for every edit to change, and the naive way to change it: written by hand, trained step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import applied
from dnndoctor.subject.engine import Engine, data, order
from dnndoctor.subject.engine.building import make_model
from tests.subject.engine import kinds

LAYERS = keras.layers
STEPS = 4
SIZE = 8
RATE = 0.05
PENALTY = keras.regularizers.L2(0.05)
CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy()
X, Y = kinds.IMAGES, kinds.CLASSES[:, None]


class OwnStep(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A train_step that halves the gradients, so that training with any other step shows in the losses."""

    calls = 0

    def train_step(self, data: Any) -> dict[str, Any]:
        OwnStep.calls += 1
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        gradients = [0.5 * gradient for gradient in tape.gradient(loss, self.trainable_variables)]
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return {"loss": loss}


def make(
    *,
    flip: bool = True,
    dropout: float = 0.4,
    penalty: Any = PENALTY,
    decay: float | None = 0.1,
    activation: str = "softmax",
    loss: Any = CROSS_ENTROPY,
    rate: float = RATE,
    optimizer: Callable[[], Any] | None = None,
) -> keras.Model:
    """The user's factory; its arguments are the changes by hand. Every draw has its own seed, so that no change moves another."""
    inputs = keras.Input((8, 8, 2))
    x = LAYERS.RandomFlip(seed=1)(inputs) if flip else inputs
    drawn = keras.initializers.GlorotUniform(seed=2)
    x = LAYERS.Conv2D(3, 3, activation="tanh", kernel_initializer=drawn, kernel_regularizer=penalty)(x)
    x = LAYERS.Dropout(dropout, seed=3)(LAYERS.Flatten()(x))
    outputs = LAYERS.Dense(5, activation=activation, kernel_initializer=keras.initializers.GlorotUniform(seed=4), name="y")(x)
    model = OwnStep(inputs, outputs)
    model.compile(optimizer() if optimizer else keras.optimizers.SGD(rate, momentum=0.5, weight_decay=decay), loss)
    return model


def open_engine() -> Engine:
    """The engine on the patient."""
    given: dict[str, Any] = {"output_names": ("y",), "tasks": {"y": "multiclass"}, "encodings": {"y": "class_ids"}}
    blueprint = Blueprint(lambda _: make(), Sample(X, Y), batch_size=SIZE, self_seeded=False, **given)
    return Engine(blueprint, cores=1, alive=lambda _: None)


def trained(engine: Engine, *edits: Edit) -> Outcome:
    """The outcome of a few steps with these edits."""
    found: list[Outcome] = []
    trial = Trial(edits, steps=STEPS, scored=False)
    engine.run([trial], on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    return found[0]


def by_hand(*, x: Any = X, y: Any = Y, size: int = SIZE, **changes: Any) -> list[float]:
    """The losses of the same steps in plain eager Python, with the changes written into the factory's arguments."""
    model = make(**changes)
    picks = order.stream(np.arange(len(Y), dtype=np.int32), STEPS, size, 0, shuffle=True)
    return [float(model.train_step((x[pick], y[pick]))["loss"]) for pick in picks]


@dataclass(frozen=True)
class Compared:
    """Losses of a treated patient.

    Attributes:
        treated: By the engine, with the edits.
        expected: By hand, with the change.
        plain: By hand, without.
        after: By hand, without, from a model built after the treatment.
        untreated: By the engine, without, after the treatment.
        own_steps: How often the user's train_step was called for the treatment.
    """

    treated: tuple[float, ...]
    expected: list[float]
    plain: list[float]
    after: list[float]
    untreated: tuple[float, ...]
    own_steps: int


def compared(engine: Engine, edits: tuple[Edit, ...], **changes: Any) -> Compared:
    """Treats the patient both ways."""
    plain, expected, before = by_hand(), by_hand(**changes), OwnStep.calls
    treated = trained(engine, *edits)
    assert treated.state == "finished", treated.reason
    own_steps = OwnStep.calls - before
    return Compared(treated.losses, expected, plain, by_hand(), trained(engine).losses, own_steps)


def edited(kind: str, *edits: Edit) -> keras.Model:
    """A fresh model of one of the engine's kinds, with structural edits."""
    blueprint = kinds.KINDS[kind].blueprint()
    return make_model(blueprint, edits, 0, data.rows_of(blueprint.train))


def change(model: keras.Model, edit: Edit) -> keras.Model:
    """Applies one structural edit to a model that takes one array."""
    applied(edit).change_model(
        model, edit.parameters, keras.KerasTensor((None, *model.inputs[0].shape[1:]), model.inputs[0].dtype)
    )
    return model


def losses(kind: str, *edits: tuple[Edit, ...], steps: int = 5) -> list[tuple[float, ...]]:
    """The losses of one of the engine's kinds under several lists of edits."""
    engine = Engine(kinds.KINDS[kind].blueprint(), cores=1, alive=lambda _: None)
    trials = [Trial(these, steps=steps, scored=False) for these in edits]
    found: dict[str, Outcome] = {}
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.id: one}))
    return [found[trial.id].losses for trial in trials]
