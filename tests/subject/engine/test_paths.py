"""What cannot be looped lands on a way that works, and the facts say why."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.engine import Engine, structure
from tests.subject.engine import kinds


def run(make: Any, *trials: Trial) -> tuple[Engine, list[Outcome]]:
    engine = Engine(kinds.Kind(make, Sample(kinds.X, kinds.CLASSES)).blueprint(), cores=2, alive=lambda _: None)
    found: list[Outcome] = []
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    by_id = {outcome.trial.id: outcome for outcome in found}
    return engine, [by_id[trial.id] for trial in trials]


class Model(keras.Model):  # type: ignore[misc]  # Keras ships no types
    steps = 0


class Numpy(Model):
    def train_step(self, data: Any) -> Any:
        float(np.mean(data[0].numpy()))
        return super().train_step(data)


class PythonState(Model):
    def train_step(self, data: Any) -> Any:
        self.steps += 1
        logs = super().train_step(data)
        return {**logs, "loss": logs["loss"] * self.steps} if self.steps > 1 else logs


class Silent(Model):
    def train_step(self, data: Any) -> Any:
        super().train_step(data)
        return {}


def made(kind: type, **compiled: Any) -> Any:
    def make() -> keras.Model:
        inputs = keras.Input((12,))
        model = kind(inputs, keras.layers.Dense(5, activation="softmax")(inputs))
        model.compile("adam", "sparse_categorical_crossentropy", **compiled)
        return model

    return make


@pytest.mark.slow
def test_eager_models_train_batch_by_batch() -> None:
    """`.numpy()` under run_eagerly runs, with rates, norms, layers and scores, and trains as the compiled twin does."""
    trials = [
        Trial(steps=6),
        Trial((Edit("learning_rate", {"factor": 3.0}),), steps=6),
        Trial(steps=6, recording=Recording.LAYERS),
    ]

    engine, (plain, faster, layers) = run(made(Numpy, run_eagerly=True), *trials)
    _, (twin, faster_twin, layers_twin) = run(made(keras.Model), *trials)

    assert engine.facts().path == "train_on_batch"
    assert "run_eagerly" in engine.facts().why
    assert plain.losses == pytest.approx(twin.losses, rel=1e-5)
    assert faster.losses == pytest.approx(faster_twin.losses, rel=1e-5)
    assert layers.gradient_norm == pytest.approx(layers_twin.gradient_norm, rel=1e-4)
    assert layers.layers[0].activation_rms == pytest.approx(layers_twin.layers[0].activation_rms, rel=1e-4)
    assert plain.scores.train is not None
    assert twin.scores.train is not None
    assert plain.scores.train.loss == pytest.approx(twin.scores.train.loss, rel=1e-5)


def test_numpy_in_a_graph_fails_with_the_users_line() -> None:
    """What cannot train in Keras either is FAILED, and the reason shows the line."""
    engine, (outcome,) = run(made(Numpy), Trial(steps=3))

    assert outcome.state is State.FAILED
    assert "data[0].numpy()" in outcome.reason
    assert "numpy" in engine.facts().why


def test_python_state_steps_down_to_what_keras_does() -> None:
    """A loss that depends on how often Python ran is seen by the check, and the reason gives both losses."""
    engine, (outcome,) = run(made(PythonState), Trial(steps=3))

    assert (engine.facts().path, outcome.path) == ("train_on_batch", "train_on_batch")
    assert "its loss at step 0 is" in engine.facts().why
    assert outcome.state is State.FINISHED


def test_slow_steps_are_compared_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps tell a way that follows the model from one that does not, at two fifths of the time."""
    compared: list[int] = []

    def close(one: Any, other: Any, **_: Any) -> bool:
        compared.append(len(one))
        return np.array_equal(one, other)

    monkeypatch.setattr(structure, "SLOW_STEP", 0.0)
    monkeypatch.setattr(np, "allclose", close)
    followed, _ = run(made(keras.Model), Trial(steps=3))
    other, _ = run(made(PythonState), Trial(steps=3))

    assert followed.facts().path == "replicas"
    assert other.facts().path == "train_on_batch"
    assert set(compared) == {2}


def test_logs_without_a_loss_do_not_stop_the_trial() -> None:
    """Where the step reports nothing, all steps are taken, gradients are seen, and scores have a loss."""
    engine, (outcome,) = run(made(Silent), Trial(steps=7, recording=Recording.NORMS))

    assert engine.facts().path == "replicas"
    assert (outcome.steps_run, outcome.stopped_by, outcome.first_nonfinite) == (7, "", None)
    assert np.isfinite(outcome.gradient_norm).all()
    assert outcome.scores.train is not None
    assert np.isfinite(outcome.scores.train.loss)


def test_xla_is_not_followed_and_that_is_said() -> None:
    """jit_compile=True is answered without XLA."""
    engine, (outcome,) = run(made(keras.Model, jit_compile=True), Trial(steps=3))

    assert "jit_compile" in engine.facts().why
    assert outcome.state is State.FINISHED
