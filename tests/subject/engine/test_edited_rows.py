"""Rows under edits of the inputs: which inputs are changed, and what they are changed by."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import Engine, data
from dnndoctor.subject.engine.edited_rows import EditedRows
from tests.subject.engine import kinds

STANDARDIZE, ZEROS = Edit("standardize_inputs"), Edit("zero_inputs")
RATE = Edit("learning_rate", {"factor": 0.5})
TRAIN, HELD_OUT = kinds.X[:64] * 5 + 3, kinds.X[64:]


def edited(x: Any, coded: list[bool], *edits: Edit) -> list[Any]:
    """The input arrays of a sample under edits."""
    rows = data.rows_of(Sample(x, kinds.CLASSES))
    made = EditedRows(rows, None, lambda: coded).train(edits)
    return [made.leaves[number].numpy() for number in data.leaves_of(made.template[0])]


def test_only_quantities_are_rescaled() -> None:
    """Codes, flags and targets stay; zeros take everything."""
    x = {"size": kinds.X, "ids": kinds.TOKENS, "flags": (kinds.X > 0).astype("float32")}

    scaled = edited(x, [False, True, False], STANDARDIZE)
    zeros = edited(x, [False, True, False], ZEROS)

    assert np.allclose(scaled[0].std(0), 1, atol=1e-4)
    assert np.array_equal(scaled[1], x["ids"])
    assert np.array_equal(scaled[2], x["flags"])
    assert not any(leaf.any() for leaf in zeros)


def test_nothing_to_rescale_is_refused() -> None:
    """Where all inputs are codes, it is said."""
    with pytest.raises(CannotApplyError, match="No input is a quantity"):
        edited(kinds.TOKENS, [True], STANDARDIZE)


def test_edits_of_other_things_cost_nothing() -> None:
    """Without an edit of inputs the rows are those of the user, and no model is asked."""

    def unasked() -> list[bool]:
        raise AssertionError

    rows = data.rows_of(Sample(kinds.X, kinds.CLASSES))

    assert EditedRows(rows, None, unasked).train([RATE]) is rows
    assert EditedRows(rows, None, unasked).validation([STANDARDIZE]) is None


def test_validation_rows_take_the_training_statistics() -> None:
    """Both are moved by the same numbers, after an edit before, too."""
    train, held_out = (data.rows_of(Sample(x, kinds.CLASSES[: len(x)])) for x in (TRAIN, HELD_OUT))
    log = Edit("log_inputs")

    made = EditedRows(train, held_out, lambda: [False]).validation([log, STANDARDIZE])
    again = EditedRows(train, held_out, lambda: [False]).validation([RATE, log, STANDARDIZE])

    logs, of_train = (np.sign(x) * np.log1p(np.abs(x)) for x in (HELD_OUT, TRAIN))
    assert made is not None
    assert again is not None
    assert np.allclose(made.leaves[0], (logs - of_train.mean(0)) / of_train.std(0), atol=1e-5)
    assert np.array_equal(made.leaves[0], again.leaves[0])


def classifier(shape: tuple[int, ...]) -> keras.Model:
    inputs = keras.Input(shape)
    model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(keras.layers.Flatten()(inputs)))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def outcomes(x: Any, *trials: Trial, held_out: Any = None) -> list[Any]:
    """What comes of trials on a softmax regression of these inputs."""
    blueprint = Blueprint(
        kinds.seeded(lambda: classifier(x.shape[1:])),
        Sample(x, kinds.CLASSES[: len(x)]),
        None if held_out is None else Sample(held_out, kinds.CLASSES[-len(held_out) :]),
        batch_size=8,
        epochs=2,
        make_callbacks=lambda: [keras.callbacks.EarlyStopping(patience=5)],
        output_names=("y",),
        tasks={"y": "multiclass"},
        encodings={"y": "class_ids"},
    )
    found: dict[str, Any] = {}
    engine = Engine(blueprint, cores=1, alive=lambda _: None)
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.id: one}))
    return [found[trial.id] for trial in trials]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_trials_are_those_of_data_scaled_by_hand(dtype: str) -> None:
    """Losses, scores on held-out rows and the epochs' validation are as if the user had written it; whole numbers, too."""
    images = np.random.RandomState(0).randint(0, 256, (96, 4, 4, 2)).astype(dtype)
    mean, std = images[:64].mean((0, 1, 2)), images[:64].std((0, 1, 2))
    by_hand = ((images - mean) / std).astype("float32")
    plain = (Trial(steps=12), Trial(steps=16, callbacks=True))
    standardized = tuple(replace(trial, edits=(STANDARDIZE,)) for trial in plain)

    treated = outcomes(images[:64], *standardized, plain[0], held_out=images[64:])
    expected = outcomes(by_hand[:64], *plain, held_out=by_hand[64:])

    for one, other in zip(treated, expected, strict=False):
        assert one.state == "finished", one.reason
        assert one.losses == pytest.approx(other.losses, rel=1e-4)
        assert one.scores.validation.loss == pytest.approx(other.scores.validation.loss, rel=1e-4)
    assert [end.logs["val_loss"] for end in treated[1].epochs] == pytest.approx(
        [end.logs["val_loss"] for end in expected[1].epochs], rel=1e-4
    )
    assert treated[2].losses != pytest.approx(treated[0].losses, rel=1e-2)
