"""Rows weighed by how rare their class is."""

from typing import Any

import keras
import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.edits.class_weights import ClassWeights
from dnndoctor.subject.engine import Engine, data
from dnndoctor.subject.engine.edited_rows import EditedRows
from dnndoctor.subject.labelled import Labelled, TargetKind
from tests.subject.engine import kinds

EDIT = Edit("class_weights")
RARE = np.where(kinds.CLASSES < 4, 0, kinds.CLASSES).astype("int32")
BALANCED = compute_sample_weight("balanced", RARE).astype("float32")


def labelled(y: Any, *weights: Any, task: str = "multiclass", training: bool = True) -> Labelled:
    """Rows with these targets."""
    return Labelled((), (), (y,), (TargetKind("y", task, "class_ids"),), weights, training)


def weights_of(rows: Labelled) -> Any:
    """The weights as the edit makes them."""
    return ClassWeights().change_targets(rows, {}, rows).weights[0]


@pytest.mark.parametrize("y", [RARE, RARE[:, None], np.eye(5, dtype="float32")[RARE], RARE.astype("float32")])
def test_every_class_weighs_the_same(y: Any) -> None:
    """They are scikit-learn's balanced weights, for ids and one-hot rows, and their mean is 1."""
    made = weights_of(labelled(y))

    assert np.allclose(made, BALANCED)
    assert made.mean() == pytest.approx(1, rel=1e-5)


def test_times_weights_of_the_users() -> None:
    """In the shape and the dtype that they have."""
    assert np.allclose(weights_of(labelled(RARE, kinds.WEIGHTS)), kinds.WEIGHTS * BALANCED)
    assert weights_of(labelled(RARE, kinds.WEIGHTS[:, None])).shape == (kinds.ROWS, 1)


def test_held_out_rows_keep_theirs() -> None:
    """They get ones where only the training rows have weights, which change nothing."""
    rows = data.rows_of(Sample(kinds.X, RARE))
    edited = EditedRows(rows, rows, lambda: [False])

    train, held_out = edited.train([EDIT]), edited.validation([EDIT])

    assert held_out is not None
    assert train.template == held_out.template == (0, 1, 2)
    assert np.allclose(train.leaves[2], BALANCED)
    assert np.array_equal(held_out.leaves[2], np.ones(kinds.ROWS))
    assert rows.template == (0, 1, None)


@pytest.mark.parametrize(
    "rows",
    [
        labelled(kinds.NUMBERS, task="regression"),
        labelled(np.zeros((8, 6), "int32"), task="sequence_multiclass"),
        Labelled((), (), (RARE, RARE), (), (), True),
        Labelled((), (), (np.zeros((8, 6, 5)),), (), (), True),
    ],
)
def test_where_there_are_no_classes(rows: Labelled) -> None:
    """Numbers, steps and several targets cannot be weighed, and it is said."""
    with pytest.raises(CannotApplyError):
        weights_of(rows)


class WeighingStep(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A train_step of the user's own that hands weights on."""

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        return {"loss": 0.5 * super().train_step((x, y, weight))["loss"]}


def outcome(sample: Sample, *edits: Edit) -> Outcome:
    """What comes of a trial on a model whose step is the user's own."""

    def make() -> keras.Model:
        inputs = keras.Input((12,))
        model = WeighingStep(inputs, keras.layers.Dense(5, activation="softmax")(inputs))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    names: dict[str, Any] = {"output_names": ("y",), "tasks": {"y": "multiclass"}, "encodings": {"y": "class_ids"}}
    held_out = Sample(kinds.X, RARE)
    engine = Engine(Blueprint(kinds.seeded(make), sample, held_out, batch_size=8, **names), cores=1, alive=lambda _: None)
    came: list[Outcome] = []
    engine.run([Trial(edits, steps=8)], on_progress=lambda _: None, deadline=None, on_outcome=came.append)
    return came[0]


@pytest.mark.slow
@pytest.mark.parametrize("own", [None, kinds.WEIGHTS])
def test_trials_are_those_of_weights_given_by_hand(own: Any) -> None:
    """The same losses and scores as where the user gives the weights; the step is the user's own."""
    by_hand = BALANCED if own is None else BALANCED * own

    treated, expected = outcome(Sample(kinds.X, RARE, own), EDIT), outcome(Sample(kinds.X, RARE, by_hand))

    assert treated.state == "finished", treated.reason
    assert treated.losses == pytest.approx(expected.losses, rel=1e-5)
    assert treated.losses != pytest.approx(outcome(Sample(kinds.X, RARE, own)).losses, rel=1e-3)
    for one, other in ((treated.scores.train, expected.scores.train), (treated.scores.validation, expected.scores.validation)):
        assert one is not None
        assert other is not None
        assert one.loss == pytest.approx(other.loss, rel=1e-4)
        assert one.outputs["y"].skill == other.outputs["y"].skill
