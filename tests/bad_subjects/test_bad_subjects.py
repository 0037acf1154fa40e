"""Whatever users' files do, the doctor says what happened, where, and what to do, and lives on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from dnndoctor.errors import SubjectError
from dnndoctor.evidence.outcome import State
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors.worker import WorkerExecutor

GOOD = """
import os, signal, sys, time
import keras
import numpy as np
import tensorflow as tf

def build_model():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def load_data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 8)).astype("float32")
    return x, x[:, :3].argmax(axis=1)
"""


SEED_SEVEN_KILLS = """
import ctypes
def deadly():
    ctypes.string_at(0)
"""
"""The first number that NumPy draws after seed 7 is 0.0763, and every trial's model is built after its seed was set."""


def model(body: str) -> str:
    """A subject whose model's factory does this; `good_model` makes a good one."""
    return f"{GOOD}\ngood_model = build_model\ndef build_model():\n    {body}\n"


def data(body: str) -> str:
    """A subject whose data's factory does this; `x` and `y` are good."""
    return f"{GOOD}\ngood_data = load_data\ndef load_data():\n    x, y = good_data()\n    {body}\n"


@dataclass(frozen=True)
class Bad:
    """A subject that cannot be examined.

    Attributes:
        name: For the test's id.
        code: Its `train.py`.
        told: What the message, the advice or the frames must say.
        config: Further keys of its config.
    """

    name: str
    code: str
    told: tuple[str, ...]
    config: dict[str, Any] = field(default_factory=dict)


BAD = (
    Bad("missing-factory", GOOD, ("build_modle", "build_model"), {"model": "train.py:build_modle"}),
    Bad("missing-file", GOOD, ("trian.py",), {"data": "trian.py:load_data"}),
    Bad("syntax-error", GOOD + "\ndef broken(:\n", ("train.py", "SyntaxError")),
    Bad("import-error", "import no_such_module_of_mine\n" + GOOD, ("no_such_module_of_mine",)),
    Bad("model-raises", model("raise KeyError('hidden_units')"), ("hidden_units", "train.py")),
    Bad("data-raises", data("return open('no_such_file.csv')"), ("no_such_file.csv", "train.py")),
    Bad("model-is-none", model("return None"), ("build_model", "None")),
    Bad("model-is-a-layer", model("return keras.layers.Dense(3)"), ("build_model", "Dense")),
    Bad("data-is-none", data("return None"), ("load_data", "None")),
    Bad("sys-exit", model("sys.exit(3)"), ("exit",)),
    Bad("sys-exit-on-import", GOOD + "\nsys.exit('bye')\n", ("exit",)),
    Bad("os-exit", model("os._exit(9)"), ("exit status 9", "building the model")),
    Bad("killed", data("os.kill(os.getpid(), signal.SIGKILL)"), ("SIGKILL",)),
    Bad("trains-on-import", GOOD + "\nbuild_model().fit(*load_data(), epochs=1, verbose=0)\n", ("fit", "__main__")),
    Bad("empty", data("return x[:0], y[:0]"), ("no rows",)),
    Bad("different-lengths", data("return x, y[:-1]"), ("200", "199")),
    Bad("object-array", data("return np.array([[1, 2], 'a', None] * 20, dtype=object), y[:60]"), ("object",)),
    Bad("wrong-input-shape", data("return x[:, :5], y"), ("5", "8")),
    Bad("yields-nothing", data("return tf.data.Dataset.from_tensor_slices((x, y)).take(0).batch(32)"), ("nothing",)),
    Bad("no-keras-file", GOOD, ("model.keras",), {"model": {"file": "model.keras"}}),
)


@pytest.mark.slow
@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_a_subject_that_cannot_be_examined_is_refused_with_reasons(bad: Bad, executor_of: Callable[..., WorkerExecutor]) -> None:
    """Naming what, where and what to do; never a traceback of ours."""
    with pytest.raises(SubjectError) as caught:
        executor_of(bad.code, **bad.config).open(lambda _: None)
    error = caught.value
    everything = f"{error}\n{error.advice}\n{error.frames}"

    assert [fragment for fragment in bad.told if fragment not in everything] == []
    assert error.stage
    assert error.advice
    assert error.exit_code == 3


@pytest.mark.slow
def test_a_factory_that_hangs_is_given_up(executor_of: Callable[..., WorkerExecutor]) -> None:
    """With the stage and the line where it hangs."""
    with pytest.raises(SubjectError, match="did not return within 5 s") as caught:
        executor_of(data("time.sleep(3600)"), timeout=5.0).open(lambda _: None)

    assert "train.py" in caught.value.frames


@pytest.mark.slow
def test_a_factory_that_eats_memory_is_stopped(executor_of: Callable[..., WorkerExecutor]) -> None:
    """Before the machine is."""
    code = data("food = []\n    while True: food.append(np.ones(2**22)); time.sleep(0.01)")

    with pytest.raises(SubjectError, match="memory limit of 1 GiB"):
        executor_of(code, memory=2**30).open(lambda _: None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        data("return tf.data.Dataset.from_tensor_slices((x, y)).repeat().batch(32)"),
        model("print('noise ' * 10**6); return good_model()"),
        data("x[3, 2] = np.nan\n    return x, y"),
    ],
    ids=["never-ends", "prints", "nan"],
)
def test_what_can_be_examined_is(code: str, executor_of: Callable[..., WorkerExecutor]) -> None:
    """Data without end, megabytes of prints and values that are not finite are no reason to refuse."""
    executor = executor_of(code)
    facts = executor.open(lambda _: None)
    (outcome,) = executor.run([Trial(steps=3)], lambda _: None, None)

    assert facts.data.rows_sampled > 0
    assert outcome.state is State.FINISHED


@pytest.mark.slow
def test_a_crash_costs_the_trial_that_did_it(executor_of: Callable[..., WorkerExecutor]) -> None:
    """The others run in fresh workers on the same sample, with the same losses as before."""
    executor = executor_of(model("return deadly() if 0.076 < np.random.rand() < 0.077 else good_model()") + SEED_SEVEN_KILLS)
    executor.open(lambda _: None)
    (before,) = executor.run([Trial(steps=5, seed=1)], lambda _: None, None)
    trials = [Trial(steps=5, seed=seed) for seed in (1, 7, 2)]
    after = {outcome.trial.seed: outcome for outcome in executor.run(trials, lambda _: None, None)}

    assert {seed: outcome.state for seed, outcome in after.items()} == {1: State.FINISHED, 7: State.CRASHED, 2: State.FINISHED}
    assert "SIGSEGV" in after[7].reason
    assert "train.py" in after[7].reason
    assert after[1].losses == before.losses
