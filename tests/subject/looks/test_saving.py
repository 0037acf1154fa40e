"""Round trips through files, in every way that users save."""

import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import State
from dnndoctor.evidence.seen.saving import RoundTrip, SavingSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject import looks
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.looks import Scene
from dnndoctor.subject.looks.saving import AFTER, BEFORE
from tests.subject.patient import DATA, Patient

CALLBACKS = """
def callbacks():
    return [
        keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True),
        keras.callbacks.ModelCheckpoint("last.keras"),
        keras.callbacks.ModelCheckpoint("old.h5"),
        keras.callbacks.BackupAndRestore("backup"),
    ]
"""

NOISY = """
def build_model():
    hidden = [layers.Dense(4, "relu"), layers.Dropout(0.5), layers.BatchNormalization(), layers.Lambda(lambda z: 2 * z)]
    model = keras.Sequential([keras.Input((3,)), *hidden, layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model
"""

HIDDEN = """
class Hidden(layers.Layer):
    def build(self, shape):
        self.kernel = tf.Variable(tf.random.normal((shape[-1], 4)))

    def call(self, inputs):
        return inputs @ self.kernel

def build_model():
    model = keras.Sequential([keras.Input((3,)), Hidden(), layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model
"""

SCALED = """
class Scale(layers.Layer):
    def __init__(self, table):
        super().__init__()
        self.factor = float(table.sum())

    def call(self, inputs):
        return inputs * self.factor

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), Scale(np.ones(3)), layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model
"""

OWN_STEP = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.head = layers.Dense(4, "relu"), layers.Dense(1, "sigmoid")

    def call(self, inputs):
        return self.head(self.hidden(inputs))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True)[:, 0] - tf.cast(y, tf.float32)) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}

def build_model():
    model = Net()
    model.compile("adam")
    return model
"""


def patient(folder: Path, script: str) -> tuple[Patient, Blueprint, Scene]:
    """A loaded subject whose recipe saves in three ways."""
    user = Patient(folder, script + CALLBACKS + DATA)
    blueprint, facts = user.load(fit={"callbacks": "train.py:callbacks", "batch_size": 8})
    return user, blueprint, Scene(blueprint, facts)


def seen_in(scene: Scene) -> SavingSeen:
    """What the look saw."""
    outcome = looks.look(scene, Trial(look="saving", steps=0))
    assert outcome.state is State.FINISHED, outcome.reason
    assert isinstance(outcome.seen, SavingSeen)
    return outcome.seen


def trip(seen: SavingSeen, suffix: str, by: str = "") -> RoundTrip:
    """The trip through a file of that suffix."""
    return next(each for each in seen.trips if each.suffix == suffix and (not by or by in each.by))


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blueprint, SavingSeen, set[str], set[str]]:
    """A model with dropout, batch norm and a lambda; what was seen of it, and what stood in its folder before and after."""
    user, blueprint, scene = patient(tmp_path_factory.mktemp("noisy"), NOISY)
    temporary = tmp_path_factory.mktemp("temporary")
    before = {file.name for file in user.folder.iterdir()}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(temporary))
        seen = seen_in(scene)
    return blueprint, seen, before, {file.name for file in (*user.folder.iterdir(), *temporary.iterdir())}


def test_a_whole_model_goes_on_as_if_nothing_had_happened(noisy: tuple[Blueprint, SavingSeen, set[str], set[str]]) -> None:
    """A `.keras` file brings back predictions, optimizer and losses, dropout included; a lambda needs safe mode off."""
    seen = noisy[1]
    found = trip(seen, ".keras")

    assert (found.failed_at, found.optimizer_kept, found.weights_apart) == ("", True, 0)
    assert found.predictions_apart == 0.0
    assert found.needs == ("safe_mode=False",)
    assert found.losses == pytest.approx(seen.unbroken, rel=1e-6)
    assert seen.again == seen.unbroken
    assert set(seen.logged) == {"loss", "accuracy"}
    assert seen.directions["accuracy"] == "max"


def test_loaded_weights_lose_the_optimizer_and_a_backup_does_not(
    noisy: tuple[Blueprint, SavingSeen, set[str], set[str]],
) -> None:
    """`load_weights` into a compiled model passes over the optimizer's state; `BackupAndRestore` makes its variables first."""
    seen = noisy[1]
    checkpoint, backup = trip(seen, ".weights.h5", "ModelCheckpoint"), trip(seen, ".weights.h5", "BackupAndRestore")

    assert (checkpoint.optimizer_kept, backup.optimizer_kept) == (False, True)
    assert checkpoint.predictions_apart == backup.predictions_apart == 0.0
    assert checkpoint.losses[0] == pytest.approx(seen.unbroken[0], rel=1e-6)
    assert checkpoint.losses[-1] != pytest.approx(seen.unbroken[-1], rel=1e-3)
    assert backup.losses == pytest.approx(seen.unbroken, rel=1e-6)


def test_an_old_file_cannot_be_trained_on(noisy: tuple[Blueprint, SavingSeen, set[str], set[str]]) -> None:
    """A Sequential model from a `.h5` file predicts the same, and its optimizer knows none of its weights."""
    found = trip(noisy[1], ".h5")

    assert found.predictions_apart == 0.0
    assert (found.failed_at, found.optimizer_kept) == ("going on", False)
    assert "Unknown variable" in found.error


def test_no_file_is_left_behind(noisy: tuple[Blueprint, SavingSeen, set[str], set[str]]) -> None:
    """The user's folder is as it was, none of their checkpoints is written, and the temporary folder is gone."""
    assert noisy[2] - {"__pycache__"} == noisy[3] - {"__pycache__"}


def test_the_unbroken_run_is_that_of_keras(noisy: tuple[Blueprint, SavingSeen, set[str], set[str]]) -> None:
    """Losses before saving are those of Keras' own `train_on_batch` on the same rows."""
    blueprint, seen, _, _ = noisy
    model = blueprint.build(0)
    keras.utils.set_random_seed(0)
    x, y = np.asarray(blueprint.train.x), np.asarray(blueprint.train.y)
    losses = []
    for step in range(BEFORE):
        rows = slice(step * 8, step * 8 + 8)
        model.reset_metrics()
        losses.append(model.train_on_batch(x[rows], y[rows], return_dict=True)["loss"])

    assert seen.trained == pytest.approx(losses, rel=1e-6)
    assert len(seen.unbroken) == AFTER


def test_a_way_that_nobody_uses_is_not_trained_on(tmp_path: Path) -> None:
    """Without anything that saves, a `.keras` file is tried, and what comes back is compared without further training."""
    blueprint, facts = Patient(tmp_path, NOISY + DATA).load(fit={"batch_size": 8})

    seen = seen_in(Scene(blueprint, facts))

    (found,) = seen.trips
    assert (found.by, found.suffix, found.failed_at, found.optimizer_kept) == ((), ".keras", "", True)
    assert (found.losses, seen.unbroken, seen.again) == ((), (), ())
    assert len(seen.trained) == BEFORE


def test_a_value_that_keras_does_not_know_is_not_saved(tmp_path: Path) -> None:
    """A `tf.Variable` of a layer is in no weights file, and predictions change though all weights are the same."""
    seen = seen_in(patient(tmp_path, HIDDEN)[2])
    weights = trip(seen, ".weights.h5", "ModelCheckpoint")

    assert weights.weights_apart == 0
    assert weights.predictions_apart is not None
    assert weights.predictions_apart > 0.1


@pytest.mark.parametrize(
    ("script", "stage", "said"),
    [
        (OWN_STEP, "loading", "unexpected keyword argument 'trainable'"),
        (SCALED, "saving", "non-serializable argument values"),
    ],
    ids=["a model of one's own with a step of its own", "a layer that takes an array"],
)
def test_classes_that_do_not_say_what_they_are_made_with(tmp_path: Path, script: str, stage: str, said: str) -> None:
    """A model that cannot come back whole says so in Keras' words; its weights still come back."""
    seen = seen_in(patient(tmp_path, script)[2])
    found, weights = trip(seen, ".keras"), trip(seen, ".weights.h5", "BackupAndRestore")

    assert found.failed_at == stage
    assert said in found.error
    assert (weights.failed_at, weights.predictions_apart) == ("", 0.0)
    assert weights.losses == pytest.approx(seen.unbroken, rel=1e-6)
