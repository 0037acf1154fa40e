"""The reference model: what it is made of for every kind of data, and that it learns what is easy."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import Engine
from dnndoctor.subject.engine.data import rows_of
from dnndoctor.subject.reference import LIMIT, Standardised, reference_model

RANDOM = np.random.RandomState(11)
ROWS = 320
X = RANDOM.normal(size=(ROWS, 5)).astype("float32")
IDS = RANDOM.randint(0, 40, (ROWS, 12)).astype("int32")
SERIES = RANDOM.normal(size=(ROWS, 20, 3)).astype("float32")
IMAGES = RANDOM.normal(size=(ROWS, 20, 20, 1)).astype("float32")
SIGN = (X[:, 0] + X[:, 1] > 0).astype("int32")


def untouched(_: int) -> keras.Model:
    raise AssertionError("the user's factory must not be called")


def blueprint(
    x: Any, targets: Any, /, *, coded: tuple[bool, ...] = (), weight: Any = None, **kinds: tuple[str, str]
) -> Blueprint:
    """A subject whose own model nobody asks for; kinds are task and encoding by output."""
    return Blueprint(
        untouched,
        Sample(x, targets, weight),
        output_names=tuple(kinds),
        tasks={name: task for name, (task, _) in kinds.items()},
        encodings={name: encoding for name, (_, encoding) in kinds.items()},
        coded=coded,
        self_seeded=False,
    )


def made(subject: Blueprint) -> keras.Model:
    return reference_model(subject, rows_of(subject.train), 0)


def learnt(subject: Blueprint, steps: int = 250) -> float:
    """Training skill of a run through the engine."""
    found: list[Outcome] = []
    engine = Engine(subject, cores=1, alive=lambda _: None)
    engine.run(
        [Trial((Edit("reference_model"),), steps=steps)], on_progress=lambda _: None, deadline=None, on_outcome=found.append
    )
    assert found[0].state == "finished", found[0].reason
    assert found[0].batch_size == 32
    assert found[0].scores.train is not None
    assert found[0].scores.train.skill is not None
    return found[0].scores.train.skill


PALE = RANDOM.uniform(size=ROWS)
SOLVABLE = {
    "large numbers": blueprint(X * 1e6 + 3e6, SIGN, y=("multiclass", "class_ids")),
    "one-hot rows": blueprint(X, np.eye(2)[SIGN], y=("multiclass", "one_hot")),
    "minus and plus one": blueprint(X, (2.0 * SIGN - 1), y=("binary", "signed_binary")),
    "large targets": blueprint(X, 5e4 * X[:, :1] + 2e5, y=("regression", "continuous")),
    "a plain number": blueprint(X[:, 0], 3 * X[:, 0], y=("regression", "continuous")),
    "ids": blueprint(IDS, (IDS[:, :6] < 10).sum(1) > 1, coded=(True,), y=("binary", "binary")),
    "series": blueprint(SERIES, (SERIES[:, -1, 0] > 0).astype(int), y=("multiclass", "class_ids")),
    "images": blueprint(IMAGES + PALE[:, None, None, None], PALE[:, None], y=("regression", "continuous")),
    "two inputs, two outputs": blueprint(
        {"a": X, "b": SERIES},
        {"one": SIGN, "two": SERIES.mean((1, 2))},
        one=("multiclass", "class_ids"),
        two=("regression", "continuous"),
    ),
    "a mask": blueprint(IMAGES, (IMAGES > 0.5).astype("float32"), y=("multilabel", "multi_hot")),
    "tags": blueprint(IDS, IDS % 3, coded=(True,), y=("sequence_multiclass", "class_ids")),
    "weighted": blueprint(X, SIGN, weight=RANDOM.uniform(0.5, 2, ROWS), y=("multiclass", "class_ids")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SOLVABLE)
def test_it_learns_what_is_easy(name: str) -> None:
    """In a few hundred steps, whatever the units, the form and the encoding."""
    assert learnt(SOLVABLE[name]) > 0.5


def test_inputs_are_standardised_inside() -> None:
    """As numpy does it, cut at a few deviations, and without NaN."""
    x = X * [1, 10, 100, 1e3, 1e4] + 7
    x[0, 0] = 1e9
    mean, spread = x.mean(axis=0), x.std(axis=0)
    x[1, 1] = np.nan

    found = np.asarray(Standardised(mean, spread)(x))

    assert np.allclose(found[2:], np.clip((x[2:] - mean) / spread, -LIMIT, LIMIT), atol=1e-3)
    assert found[0, 0] == LIMIT
    assert found[1, 1] == 0


def test_equal_seeds_give_equal_weights() -> None:
    """And others, others."""
    subject = SOLVABLE["series"]
    rows = rows_of(subject.train)

    one, again, other = (reference_model(subject, rows, seed).get_weights() for seed in (0, 0, 1))

    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_users_float_policy_is_kept() -> None:
    """The reference computes in single precision, and leaves the policy as it was."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = made(SOLVABLE["large numbers"])
        kept = keras.config.dtype_policy().name
    finally:
        keras.config.set_dtype_policy(before)

    assert kept == "mixed_float16"
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}


TEXT = np.array([["a"], ["b"]] * (ROWS // 2), dtype=object)
VOLUMES = np.zeros((4, 20, 20, 20, 2), "float32")


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        (blueprint(X, None), "no targets"),
        (blueprint(TEXT, SIGN, y=("multiclass", "class_ids")), "text"),
        (blueprint(X, SIGN, y=("unknown", "unknown")), "not known"),
        (blueprint(X, X, y=("regression", "continuous")), "form of its input"),
        (blueprint(IMAGES, IMAGES, y=("regression", "continuous")), "form of its input"),
        (blueprint(IDS[:, :-1], IDS[:, 1:], coded=(True,), y=("sequence_multiclass", "class_ids")), "next values"),
        (blueprint(VOLUMES, np.arange(4.0), y=("regression", "continuous")), "no simple model"),
        (blueprint(X, np.zeros((ROWS, 300, 300), "float32"), y=("regression", "continuous")), "too many"),
    ],
    ids=["no targets", "text", "unknown", "autoencoder", "pictures of pictures", "language model", "volumes", "wide"],
)
def test_what_has_no_simple_model_is_refused(subject: Blueprint, why: str) -> None:
    """With a sentence that says why."""
    with pytest.raises(CannotApplyError, match=why):
        made(subject)
