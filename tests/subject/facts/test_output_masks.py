"""Padding that a model masks counts neither for losses nor for skill."""

from pathlib import Path

import numpy as np
import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.session import Session
from tests.subject.patient import Patient

TAGGER = """
lengths = rng.integers(2, 7, size=60)
words = rng.integers(1, 9, size=(60, 6)) * (np.arange(6) < lengths[:, None])
tags = np.where(words > 0, words % 3, 0)

def build_model():
    model = keras.Sequential([
        keras.Input((6,), dtype="int32"), layers.Embedding(9, 4, mask_zero=True), layers.Dense(3, activation="softmax")
    ])
    model.compile(keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def load_data():
    return words, tags
"""

IN_BATCH = """
class Towers(keras.Model):
    def __init__(self):
        super().__init__()
        self.one, self.other = layers.Dense(4), layers.Dense(4)

    def call(self, x):
        return keras.ops.matmul(self.one(x), keras.ops.transpose(self.other(x)))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        own = keras.ops.arange(keras.ops.shape(y_pred)[0])
        return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(own, y_pred, from_logits=True))

def build_model():
    model = Towers()
    model.compile("adam")
    return model

def load_data():
    return x, y
"""


def _run(folder: Path, script: str, trial: Trial) -> tuple[Outcome, Facts]:
    session = Session()
    config = Patient(folder, script).config(fit={"batch_size": 32})
    facts = session.open(config.model_dump_json(), folder / "run", lambda _: None)
    came: list[Outcome] = []
    session.run([trial], on_progress=lambda _: None, deadline=None, on_outcome=came.append)
    return came[0], facts


def test_padding_counts_neither_in_skill_nor_in_facts(tmp_path: Path) -> None:
    """A tagger that knows its words is perfect, whatever it says of padding; the constant's loss is that of real words."""
    outcome, facts = _run(tmp_path, TAGGER, Trial(steps=300))
    rng = np.random.default_rng(0)
    rng.normal(size=(40, 3))
    lengths = rng.integers(2, 7, size=60)
    words = rng.integers(1, 9, size=(60, 6)) * (np.arange(6) < lengths[:, None])
    shares = np.bincount(words[words > 0] % 3) / (words > 0).sum()

    assert outcome.scores.train is not None
    assert outcome.scores.train.skill == pytest.approx(1.0)
    assert facts.data.targets[0].constant_loss == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-5)
    assert facts.data.targets[0].constant_error == pytest.approx(1 - shares.max())


def test_outputs_as_wide_as_the_batch_are_not_scored(tmp_path: Path) -> None:
    """A loss among the rows of a batch trains and is evaluated; predictions of short and full batches do not fit together."""
    outcome, _ = _run(tmp_path, IN_BATCH, Trial(steps=3))

    assert outcome.state is State.FINISHED, outcome.reason
    assert outcome.scores.train is not None
    assert np.isfinite(outcome.scores.train.loss)
    assert outcome.scores.train.skill is None
