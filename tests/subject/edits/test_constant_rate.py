"""The largest rate of the course, held."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.engine import Engine, order
from tests.subject.engine import kinds

EDIT = Edit("constant_rate")
VALIDATION = Sample(kinds.X[:30] * 1.5, kinds.CLASSES[:30])


class WarmUp(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """A callback of the user's own: up, and down again."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        del logs
        self.model.optimizer.learning_rate = (0.001, 0.004, 0.002, 0.0005)[epoch]


def ran(make_callbacks: Any, *edits: Edit, steps: int = 48, kind: str = "plain") -> Outcome:
    blueprint = kinds.KINDS[kind].blueprint(shuffle=False, validation=VALIDATION, epochs=4, make_callbacks=make_callbacks)
    found: list[Outcome] = []
    engine = Engine(blueprint, cores=1, alive=lambda _: None)
    engine.run([Trial(edits, steps=steps, callbacks=True)], on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    assert found[0].state is State.FINISHED, found[0].reason
    return found[0]


def fitted(rate: float) -> list[float]:
    """The losses of `fit`'s epochs at a constant rate."""
    model = kinds.KINDS["plain"].blueprint().build(0)
    model.optimizer.learning_rate = rate
    return list(model.fit(kinds.X, kinds.CLASSES, batch_size=8, epochs=4, shuffle=False, verbose=0).history["loss"])


@pytest.mark.slow
def test_an_optimizers_schedule() -> None:
    """Every step is taken at the schedule's largest rate, and without the edit everything is as it was."""
    chosen = kinds.KINDS["schedule and AdamW"]
    engine = Engine(chosen.blueprint(epochs=5), cores=2, alive=lambda _: None)
    trials = [Trial(steps=10, scored=False), Trial((EDIT,), steps=10, scored=False)]
    found: dict[str, Outcome] = {}
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.id: one}))

    def by_hand(rate: Any) -> list[float]:
        model = chosen.blueprint().build(0)
        if rate is not None:
            model.compile(keras.optimizers.AdamW(rate, weight_decay=0.05), "sparse_categorical_crossentropy")
        picks = order.stream(np.arange(len(kinds.X), dtype=np.int32), 10, 8, 0, shuffle=True)
        return [float(model.train_on_batch(kinds.X[pick], kinds.CLASSES[pick], return_dict=True)["loss"]) for pick in picks]

    assert found[trials[0].id].losses == pytest.approx(by_hand(None), rel=1e-5)
    assert found[trials[1].id].losses == pytest.approx(by_hand(0.05), rel=1e-5)
    assert found[trials[1].id].losses != found[trials[0].id].losses


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make_callbacks", "rate"),
    [
        (lambda: [keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.003 if epoch == 0 else rate * 0.5)], 0.003),
        (lambda: [keras.callbacks.LearningRateScheduler(lambda epoch: (0.001, 0.004, 0.002, 0.0005)[epoch])], 0.004),
        (lambda: [keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=10.0)], 0.001),
    ],
    ids=["decay", "warm-up", "plateau"],
)
def test_callbacks_of_keras(make_callbacks: Any, rate: float) -> None:
    """The rate is the largest that the callback would ever set, from the first step on, as `fit` does without it."""
    outcome = ran(make_callbacks, EDIT)
    halved = ran(make_callbacks, EDIT, Edit("learning_rate", {"factor": 0.5}))

    assert [end.learning_rate for end in outcome.epochs] == pytest.approx([rate] * 4, rel=1e-6)
    assert [end.logs["loss"] for end in outcome.epochs] == pytest.approx(fitted(rate), rel=1e-5)
    assert [end.logs["loss"] for end in halved.epochs] == pytest.approx(fitted(rate / 2), rel=1e-5)


def test_callbacks_of_the_users_own() -> None:
    """What they will do is not known, so the largest rate so far is held; they see the rates that they set."""
    outcome = ran(lambda: [WarmUp()], EDIT)

    assert [end.learning_rate for end in outcome.epochs] == pytest.approx([0.001, 0.004, 0.004, 0.004], rel=1e-6)


def test_other_callbacks_go_on() -> None:
    """Stopping early is no matter of the rate."""
    stop = lambda: [keras.callbacks.EarlyStopping(patience=1, min_delta=10.0), WarmUp()]  # noqa: E731  used once

    assert ran(stop, EDIT).stopped_by == "EarlyStopping"


def test_another_optimizer_keeps_its_own_rate() -> None:
    """Callbacks that set the rates of the user's optimizer leave that of another one alone."""
    outcome = ran(lambda: [WarmUp()], Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.01}))

    assert [end.learning_rate for end in outcome.epochs] == pytest.approx([0.01] * 4)
