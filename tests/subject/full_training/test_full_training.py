"""A full training is the user's own `fit`, treated or not, and its file is a model."""

import importlib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.errors import SubjectError
from dnndoctor.evidence.messages import Alive, EpochEnded, Train, Trained
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.full_training import FullTraining, train
from tests.subject.patient import DATA, MODEL, Patient

SEED = 3

DROPPING = """
def build_model():
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model
"""

HALVES = """
def load_data():
    return (100 * x[:32] + 5, y[:32]), (100 * x[32:] + 5, y[32:])
"""

PIPELINE = """
def load_data():
    train = tf.data.Dataset.from_tensor_slices((100 * x[:32] + 5, y[:32])).shuffle(32, seed=1).batch(8)
    return train, tf.data.Dataset.from_tensor_slices((100 * x[32:] + 5, y[32:])).batch(8)
"""


def _training(folder: Path, script: str, edits: Sequence[Edit] = (), **fit: Any) -> FullTraining:
    treatments = [{"name": edit.name, "parameters": dict(edit.parameters)} for edit in edits]
    return FullTraining(Patient(folder, script).config(treatments=treatments, fit=fit), SEED, lambda _: None)


def _script(folder: Path, script: str) -> dict[str, Any]:
    """What a script of the user's own defines."""
    Patient(folder, script, "plain.py")
    names: dict[str, Any] = {"__name__": "plain"}
    exec(compile((folder / "plain.py").read_text(), "plain.py", "exec"), names)
    return names


def _same(model: keras.Model, other: keras.Model) -> bool:
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(one, another) for one, another in pairs)


@pytest.mark.parametrize(
    ("data", "fit", "arguments"),
    [
        (HALVES, {"batch_size": 8, "epochs": 2}, {"batch_size": 8, "epochs": 2}),
        (
            DATA,
            {"epochs": 2, "validation_split": 0.25, "shuffle": False},
            {"epochs": 2, "validation_split": 0.25, "shuffle": False},
        ),
        (DATA, {"epochs": 2, "class_weight": {0: 1.0, 1: 3.0}}, {"epochs": 2, "class_weight": {0: 1.0, 1: 3.0}}),
        (PIPELINE, {"epochs": 2}, {"epochs": 2}),
    ],
    ids=["validation data", "validation split", "class weights", "tf.data"],
)
def test_without_treatments_it_is_the_users_own_fit(
    tmp_path: Path, data: str, fit: dict[str, Any], arguments: dict[str, Any]
) -> None:
    """To the last bit, dropout and the order of batches included, from the same seed."""
    training = _training(tmp_path, DROPPING + data, **fit)
    history = training.fit().history

    script = _script(tmp_path, DROPPING + data)
    keras.utils.set_random_seed(SEED)
    loaded = script["load_data"]()
    keras.utils.set_random_seed(SEED)
    model = script["build_model"]()
    if data == DATA:
        plain = model.fit(*loaded, verbose=0, **arguments)
    elif data == PIPELINE:
        plain = model.fit(loaded[0], validation_data=loaded[1], verbose=0, shuffle=False, **arguments)
    else:
        plain = model.fit(*loaded[0], validation_data=loaded[1], verbose=0, **arguments)
    assert _same(training.model, model)
    assert history == plain.history


def test_treatments_are_what_a_person_would_do(tmp_path: Path) -> None:
    """Inputs standardised by all training rows, the rate multiplied, another batch size: as by hand."""
    edits = [Edit("standardize_inputs"), Edit("learning_rate", {"factor": 0.1}), Edit("batch_size", {"size": 4})]
    training = _training(tmp_path, MODEL + HALVES, edits, epochs=3, batch_size=16)
    training.fit()

    script = _script(tmp_path, MODEL + HALVES)
    (x, y), held_out = script["load_data"]()
    mean, std = x.mean(axis=0), x.std(axis=0)
    keras.utils.set_random_seed(SEED)
    model = script["build_model"]()
    model.optimizer.learning_rate = 1e-4
    model.fit((x - mean) / std, y, validation_data=((held_out[0] - mean) / std, held_out[1]), batch_size=4, epochs=3, verbose=0)
    for one, other in zip(training.model.get_weights(), model.get_weights(), strict=True):
        assert one == pytest.approx(other, abs=1e-5)
    assert "standardize_inputs" in training.transformations[0]
    assert f"{mean[1]:.4g}" in training.transformations[1]


def test_a_pipeline_is_treated_batch_by_batch(tmp_path: Path) -> None:
    """Every epoch reads it anew, training and validation rows by the same statistics, in batches of the treated size."""
    edits = [Edit("standardize_inputs"), Edit("batch_size", {"size": 16})]
    training = _training(tmp_path, MODEL + PIPELINE, edits, epochs=1)
    arguments = training.data.arguments

    passes = [[np.asarray(x) for x, _ in arguments["x"]] for _ in range(2)]
    held_out = np.concatenate([np.asarray(x) for x, _ in arguments["validation_data"]])

    assert [len(batch) for batch in passes[0]] == [16, 16]
    assert np.concatenate(passes[0]).mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert np.concatenate(passes[0]).std(axis=0) == pytest.approx(1, abs=1e-5)
    assert not np.array_equal(passes[0][0], passes[1][0])
    assert np.abs(held_out).max() < 5
    training.fit()


class _Rates(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types, so its classes are Any
    """Writes the rates down that steps are taken at."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[float] = []

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step."""
        del batch, logs
        optimizer = self.model.optimizer
        source = optimizer._learning_rate
        rate = source if isinstance(source, keras.Variable) else source(optimizer.iterations)
        self.taken.append(float(rate))


SCHEDULED = """
def schedule(epoch, rate):
    assert abs(rate - (1.0, 1.0, 0.5)[epoch]) < 1e-6, rate
    return (1.0, 0.5, 0.25)[epoch]

def callbacks():
    return [keras.callbacks.LearningRateScheduler(schedule), keras.callbacks.CSVLogger("log.csv")]

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    return model
"""

DECAYING = """
def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([1], [1.0, 0.5])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model
"""


@pytest.mark.parametrize(
    ("edit", "rates"),
    [
        (Edit("learning_rate", {"factor": 0.1}), [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]),
        (Edit("constant_rate"), [1.0] * 6),
        (Edit("two_phases", {"share": 0.5, "factor": 0.1}), [1.0, 1.0, 0.5, 0.05, 0.025, 0.025]),
        (Edit("stretched_schedule", {"factor": 3.0}), [1.0] * 6),
    ],
    ids=lambda value: value.name if isinstance(value, Edit) else "",
)
def test_callbacks_see_their_own_rates_and_steps_the_treated_ones(tmp_path: Path, edit: Edit, rates: list[float]) -> None:
    """The user's scheduler asserts what it is shown; what writes files takes no part and leaves none."""
    training = _training(tmp_path, SCHEDULED + DATA, [edit], epochs=3, batch_size=20, callbacks="train.py:callbacks")
    seen = _Rates()

    training.fit([seen])

    assert seen.taken == pytest.approx(rates)
    assert training.left_out == ("CSVLogger, as it writes files",)


@pytest.mark.parametrize(
    ("edit", "rates"),
    [
        (Edit("learning_rate", {"factor": 0.1}), [0.1, 0.1, 0.05, 0.05]),
        (Edit("constant_rate"), [1.0] * 4),
        (Edit("two_phases", {"share": 0.5, "factor": 0.1}), [1.0, 1.0, 0.05, 0.05]),
        (Edit("stretched_schedule", {"factor": 2.0}), [1.0] * 4),
    ],
    ids=lambda value: value.name if isinstance(value, Edit) else "",
)
def test_schedules_of_the_optimizer_are_treated_and_given_back(tmp_path: Path, edit: Edit, rates: list[float]) -> None:
    """A file can hold the user's own schedule only."""
    training = _training(tmp_path, DECAYING + DATA, [edit], epochs=2, batch_size=20)
    seen = _Rates()

    training.fit([seen])

    assert seen.taken == pytest.approx(rates)
    assert isinstance(training.model.optimizer._learning_rate, keras.optimizers.schedules.PiecewiseConstantDecay)


def _trained(patient: Patient, edits: Sequence[Edit] = (), **fit: Any) -> tuple[Trained, list[EpochEnded], list[str]]:
    treatments = [{"name": edit.name, "parameters": dict(edit.parameters)} for edit in edits]
    config = patient.config(treatments=treatments, fit={"epochs": 2, **fit})
    epochs: list[EpochEnded] = []
    stages: list[str] = []

    def alive(sign: Alive) -> None:
        stages.append(sign.stage)

    order = Train(config.model_dump_json(), str(patient.folder), str(patient.folder / "part.keras"), SEED)
    return train(order, alive, epochs.append), epochs, stages


OWN_LAYER = """
class Twice(layers.Layer):
    def call(self, inputs):
        return 2 * inputs

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), Twice(), layers.Dense(1)])
    model.compile("adam", "mse")
    return model
"""


def test_the_file_loads_in_the_users_own_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As theirs would: layers of their own are of their own module, and normalisation that was switched off changes nothing."""
    patient = Patient(tmp_path, OWN_LAYER + HALVES, "train_own.py")
    patient.write("train.py", "from train_own import build_model, load_data\n")
    named = {"model": "train_own.py:build_model", "data": "train_own.py:load_data", "version": 1}
    config = patient.config(**named, treatments=[{"name": "batch_norm_off"}], fit={"epochs": 2})

    trained = train(
        Train(config.model_dump_json(), str(tmp_path), str(tmp_path / "part.keras"), SEED), lambda _: None, lambda _: None
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    twice = importlib.import_module("train_own").Twice
    model = keras.models.load_model(trained.part, custom_objects={"Twice": twice})

    assert trained.whole
    assert '"module": "train_own"' in zipfile.ZipFile(trained.part).read("config.json").decode()
    assert "normalise again" in trained.remarks[0]
    assert model.layers[1].moving_variance.numpy() == pytest.approx(1 - model.layers[1].epsilon)


CLIPPED = """
def build_model():
    inputs = keras.Input((3,))
    outputs = layers.Dense(1)(keras.ops.clip(layers.Dense(4)(inputs), -0.01, 0.01))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "mse")
    return model
"""


def test_what_no_file_can_hold_is_said_before_and_the_weights_are_saved(tmp_path: Path) -> None:
    """A clip inside a graph that was taken away would be there again in the loaded model."""
    trained, epochs, stages = _trained(Patient(tmp_path, CLIPPED + HALVES), [Edit("value_clipping_off")])

    assert not trained.whole
    assert trained.part.endswith(".weights.h5")
    assert Path(trained.part).is_file()
    assert "predicts something else" in trained.remarks[0]
    assert trained.remarks[0] in stages
    assert [each.number for each in epochs] == [1, 2]


def test_what_was_reached_is_told(tmp_path: Path) -> None:
    """The last epoch's logs, and the best of the validation."""
    trained, epochs, _ = _trained(Patient(tmp_path, MODEL + HALVES), epochs=3)

    assert (trained.epochs, trained.asked) == (3, 3)
    assert trained.logs == pytest.approx(dict(epochs[-1].logs))
    best = {each.name: each for each in trained.best}
    assert best["val_loss"].value == pytest.approx(min(each.logs["val_loss"] for each in epochs))
    assert best["val_accuracy"].value == pytest.approx(max(each.logs["val_accuracy"] for each in epochs))


def test_errors_of_the_users_code_during_fit_are_theirs(tmp_path: Path) -> None:
    """Told with their own line."""
    script = """
class Breaks(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise RuntimeError("out of paper")
"""
    training = _training(tmp_path, MODEL + HALVES + script, callbacks=["train.py:Breaks"])

    with pytest.raises(SubjectError, match="out of paper") as caught:
        training.fit()

    assert "on_epoch_end" in caught.value.frames
