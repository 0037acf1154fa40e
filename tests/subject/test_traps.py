"""The field's known traps that only a real model can show; the others, and the list, are in `tests/test_traps.py`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.seen.loss import LossSeen
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.finding import Cause, Severity
from dnndoctor.subject import looks
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.engine import Engine
from dnndoctor.subject.looks import Scene
from dnndoctor.subject.scoring import score_output
from tests.subject.engine import kinds
from tests.subject.patient import Patient


def answers(engine: Engine, *trials: Trial) -> list[Outcome]:
    """The outcomes of trials, in their order."""
    found: dict[str, Outcome] = {}
    engine.run(
        list(trials),
        on_progress=lambda _: None,
        deadline=None,
        on_outcome=lambda outcome: found.update({outcome.trial.id: outcome}),
    )
    return [found[trial.id] for trial in trials]


def engine_of(make: Callable[[], keras.Model], y: Any, x: Any = None, **given: Any) -> Engine:
    """An engine for a classifier of all rows at once."""
    inputs = np.zeros((8, 1), np.float32) if x is None else x
    settings: dict[str, Any] = {"output_names": ("y",), "tasks": {"y": "multiclass"}, "encodings": {"y": "class_ids"}, **given}
    blueprint = Blueprint(kinds.seeded(make), Sample(inputs, y), batch_size=8, shuffle=False, **settings)
    return Engine(blueprint, cores=1, alive=lambda _: None)


def _wrong(shape: Any, dtype: Any) -> Any:
    """A bias that is certain of the second class."""
    return tf.reshape(tf.constant([0.0, 100.0], dtype), shape)


@pytest.mark.parametrize("reshaped", [False, True], ids=["softmax", "softmax behind a reshape"])
def test_trap_02_the_loss_is_that_of_the_training(reshaped: bool) -> None:
    """Keras finds the logits behind a final softmax: a loss of 100, of which the rounded predictions alone tell 16.1.

    Falls if the loss is computed from predictions; behind a reshape Keras itself does so, and the trial has to say that, too.
    """

    def certain_and_wrong() -> keras.Model:
        logits = keras.layers.Dense(2, "softmax", bias_initializer=_wrong, name="head")
        behind = [keras.layers.Reshape((2,))] if reshaped else []
        model = keras.Sequential([keras.Input((1,)), logits, *behind])
        model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
        return model

    (outcome,) = answers(engine_of(certain_and_wrong, np.zeros(8, np.int32)), Trial(steps=1, seed=0))

    assert outcome.losses[0] == pytest.approx(16.118 if reshaped else 100.0, rel=1e-3)
    assert outcome.scores.start is not None
    assert outcome.scores.start.loss == pytest.approx(outcome.losses[0])


BROADCAST = """
def deviation(true, predicted):
    return keras.ops.mean(keras.ops.abs(keras.ops.cast(true, "float32") - predicted))

class Squared(keras.losses.Loss):
    def call(self, true, predicted):
        return keras.ops.mean((keras.ops.cast(true, "float32") - predicted) ** 2)

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("adam", LOSS, metrics=[METRIC])
    return model

def load_data():
    return x, x[:, 0] * 3
"""


@pytest.mark.parametrize(
    ("loss", "metric", "broadcasts"), [("Squared()", "deviation", True), ("keras.losses.MeanSquaredError()", '"mae"', False)]
)
def test_trap_04_rows_against_columns(tmp_path: Path, loss: str, metric: str, broadcasts: bool) -> None:
    """Targets (N,) against predictions (N, 1) are paired by Keras' own losses and metrics, and crossed by the user's own.

    Falls if shapes are compared instead of losses, so that both or neither are reported, or if our own score crosses them.
    """
    blueprint, facts = Patient(tmp_path, BROADCAST.replace("LOSS", loss).replace("METRIC", metric)).load()

    outcome = looks.look(Scene(blueprint, facts), Trial(look="loss", steps=0))
    perfect = score_output(np.arange(6.0)[:, None], np.arange(6.0), "regression", "continuous", None)

    assert isinstance(outcome.seen, LossSeen)
    tried = [seen.broadcast for seen in outcome.seen.outputs] + [seen.broadcast for seen in outcome.seen.metrics]
    crossed = [seen is not None and seen.differs for seen in tried]
    assert crossed == [broadcasts, broadcasts]
    assert (perfect.error, perfect.skill) == (0.0, 1.0)


def test_trap_05_xla_hides_nan() -> None:
    """Numerics are checked without XLA, under which checks let NaN pass, and that is said.

    Falls if a model that was compiled for XLA is traced with it.
    """

    def logarithm() -> keras.Model:
        logs = keras.layers.Lambda(lambda value: keras.ops.log(value), name="logarithm")
        model = keras.Sequential([keras.Input((1,)), logs, keras.layers.Dense(2, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", jit_compile=True)
        return model

    engine = engine_of(logarithm, np.zeros(8, np.int32), -np.ones((8, 1), np.float32))
    (outcome,) = answers(engine, Trial(steps=2, seed=0, recording=Recording.LAYERS, scored=False))

    assert outcome.first_nonfinite is not None
    assert (outcome.first_nonfinite.step, outcome.first_nonfinite.where, outcome.first_nonfinite.layer) == (
        0,
        "activation",
        "logarithm",
    )
    assert "without XLA" in engine.facts().why


SORTED = """
def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(8, "relu"), layers.Dense(5, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def load_data():
    return np.repeat(x, 5, axis=0), np.repeat(np.arange(5), 40)
"""


def test_trap_08_the_validation_split_is_the_unshuffled_tail(tmp_path: Path) -> None:
    """Sorted labels and `validation_split` validate on a class that is not trained, though `shuffle` is on.

    Falls if the sample is shuffled before it is split: the fault is then gone from what is examined.
    """
    blueprint, facts = Patient(tmp_path, SORTED).load(fit={"validation_split": 0.2})
    found = [ranked.finding for ranked in diagnose(Evidence(facts, Settings(preset=Preset.STATIC)), ()).findings]

    assert blueprint.validation is not None
    assert set(np.unique(np.asarray(blueprint.validation.y))) == {4}
    assert 4 not in np.unique(np.asarray(blueprint.train.y))
    assert any(finding.cause is Cause.NOT_SHUFFLED and finding.severity is not Severity.NOTE for finding in found)


def test_trap_09_logits_are_right_above_zero() -> None:
    """Keras' "accuracy" counts binary logits above 0.5: 0.5 here for a model that is right on all rows.

    Falls if answers are decoded by that threshold, too.
    """
    logits, labels = np.array([[0.3], [0.2], [0.9], [-0.4]]), np.array([1, 1, 1, 0])

    counted = keras.metrics.BinaryAccuracy()
    counted.update_state(labels[:, None], logits)
    score = score_output(logits, labels, "binary", "binary", True)

    assert float(counted.result()) == pytest.approx(0.5)
    assert (score.error, score.skill) == (0.0, 1.0)


@pytest.fixture(scope="module")
def plain() -> Engine:
    """An engine that all kinds of trials of one model go through."""
    return Engine(kinds.KINDS["plain"].blueprint(), cores=1, alive=lambda _: None)


def test_trap_13_the_instruments_do_not_change_the_patient(plain: Engine) -> None:
    """The same seed gives the same losses with every layer recorded, scored, and after looks at the same subject.

    Falls if a probe draws random numbers, moves batch statistics or leaves a patch in a layer.
    """
    bare, recorded, scored = answers(
        plain,
        Trial(steps=12, seed=3, scored=False),
        Trial(steps=12, seed=3, scored=False, recording=Recording.LAYERS),
        Trial(steps=12, seed=3, scored=True, recording=Recording.NORMS),
    )

    assert bare.state is State.FINISHED
    assert recorded.losses == pytest.approx(bare.losses, rel=1e-6)
    assert scored.losses == pytest.approx(bare.losses, rel=1e-6)


def test_trap_13_looks_leave_the_model_as_they_found_it(tmp_path: Path) -> None:
    """Every look that can be done leaves each variable, each layer's method and the global precision as they were.

    Falls if a look trains the model that all looks share, or forgets to take a probe off.
    """
    blueprint, facts = Patient(tmp_path, SORTED).load()
    scene = Scene(blueprint, facts)
    model = scene.model(0)
    before = [np.array(variable) for variable in model.variables]
    methods = [(layer, vars(layer).get("call")) for layer in model.layers]

    states = {name: looks.look(scene, Trial(look=name, steps=0)).state for name in looks._looks()}

    assert "saving" in states
    assert set(states.values()) <= {State.FINISHED, State.IMPOSSIBLE}
    assert scene.model(0) is model
    assert all(np.array_equal(old, np.array(now)) for old, now in zip(before, model.variables, strict=True))
    assert all(vars(layer).get("call") is method for layer, method in methods)


def test_trap_14_a_rate_leaves_no_trace(plain: Engine) -> None:
    """After a run at a rate that explodes, the user's own rate starts where it started before.

    Falls if weights, slots or the rate itself are not put back between the rates of a sweep.
    """
    own = Trial(steps=10, seed=1)
    far = Trial((Edit("learning_rate", {"factor": 1e4}),), steps=10, seed=1)

    before, exploded, after = [answers(plain, trial)[0] for trial in (own, far, own)]

    assert exploded.losses != pytest.approx(before.losses)
    assert after.losses == before.losses
