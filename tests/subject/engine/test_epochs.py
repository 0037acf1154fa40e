"""With callbacks a trial is what `fit` does: the same epochs, logs, rates and weights."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.engine import Engine
from tests.subject.engine import kinds

VALIDATION = Sample(kinds.X[:30] * 1.5, kinds.CLASSES[:30])


class RateNoter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Warms the rate up step by step, as users write it."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        del logs
        self.model.optimizer.learning_rate = 0.001 * (batch + 1)


def scheduled() -> list[Any]:
    return [keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5 if epoch else 0.05)]


def driven() -> list[Any]:
    return [
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=1, min_delta=10.0),
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, min_delta=10.0, restore_best_weights=True),
    ]


def writers() -> list[Any]:
    return [keras.callbacks.ModelCheckpoint("never.keras"), keras.callbacks.CSVLogger("never.csv")]


def warm_up() -> list[Any]:
    return [RateNoter()]


def trial_of(make_callbacks: Any, steps: int, *edits: Edit, kind: str = "plain", batch_size: int = 10) -> tuple[Engine, Outcome]:
    blueprint = kinds.KINDS[kind].blueprint(
        shuffle=False, validation=VALIDATION, make_callbacks=make_callbacks, epochs=10, batch_size=batch_size
    )
    engine = Engine(blueprint, cores=2, alive=lambda _: None)
    found: list[Outcome] = []
    engine.run([Trial(edits, steps=steps, callbacks=True)], on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    assert found[0].state is State.FINISHED, found[0].reason
    return engine, found[0]


@pytest.mark.slow
@pytest.mark.parametrize("make_callbacks", [scheduled, driven, warm_up])
@pytest.mark.parametrize("kind", ["plain", "own train_step"])
def test_epochs_are_those_of_fit(make_callbacks: Any, kind: str) -> None:
    """Ten epochs with a short last batch give `fit`'s logs, rates and stop, and its weights at the end."""
    model = kinds.KINDS[kind].blueprint().build(0)
    rates: list[float] = []
    noter = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: rates.append(float(model.optimizer.learning_rate)))
    history = model.fit(
        kinds.X,
        kinds.CLASSES,
        batch_size=10,
        epochs=10,
        shuffle=False,
        verbose=0,
        validation_data=(VALIDATION.x, VALIDATION.y),
        callbacks=[*make_callbacks(), noter],
    ).history

    _, outcome = trial_of(make_callbacks, 100, kind=kind)

    assert len(outcome.epochs) == len(history["loss"])
    assert [end.step for end in outcome.epochs] == [10 * (number + 1) for number in range(len(outcome.epochs))]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert [end.logs[name] for end in outcome.epochs] == pytest.approx(history[name], rel=1e-4)
    assert [end.learning_rate for end in outcome.epochs] == pytest.approx(rates, rel=1e-6)
    assert outcome.stopped_by == ("EarlyStopping" if make_callbacks is driven else "")
    ours = outcome.scores.train
    assert ours is not None
    assert ours.loss == pytest.approx(model.evaluate(kinds.X, kinds.CLASSES, verbose=0)[0], rel=1e-4)


def test_writers_leave_nothing(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callbacks that write are not run."""
    monkeypatch.chdir(tmp_path)

    trial_of(writers, 12)

    assert list(tmp_path.iterdir()) == []


def test_rate_edits_multiply_what_a_schedule_sets() -> None:
    """The callback sees the rates of the user's recipe; the steps are taken at a multiple of them."""
    _, plain = trial_of(scheduled, 30)
    _, scaled = trial_of(scheduled, 30, Edit("learning_rate", {"factor": 0.1}))

    plain_rates, scaled_rates = ([end.learning_rate for end in outcome.epochs] for outcome in (plain, scaled))
    assert scaled_rates == pytest.approx([rate * 0.1 for rate in plain_rates], rel=1e-5)
    assert plain.losses[0] == scaled.losses[0]
    assert not np.allclose(plain.losses[1:], scaled.losses[1:])
