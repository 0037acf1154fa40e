"""A permutation in the place of a reshape that scrambles axes."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.edits.permute_for_reshape import permute_for_reshape
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.layers import walk_layers
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change, losses
from tests.subject.engine import kinds

LAYERS = keras.layers


def reshape() -> Any:
    return LAYERS.Reshape((4, 6), name="given")


def model_of(given: Sequence[int], *layers: Any) -> keras.Model:
    model = keras.Sequential([keras.Input(tuple(given)), *layers])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("form", [form for form in FORMS if form != "wrapped"])
def test_the_treated_model_is_one_that_was_written_so(form: str) -> None:
    """In any form, trained by the model's own step."""
    keras.backend.clear_session()
    path = next(walked.path for walked in walk_layers(made(form, reshape)) if walked.layer.name == "given")
    keras.backend.clear_session()
    treated = made(form, reshape, permute_for_reshape(path, (2, 1)))
    expected = trained(made(form, lambda: LAYERS.Permute((2, 1))))

    assert trained(treated) == pytest.approx(expected, rel=1e-5)
    assert trained(made(form, reshape)) != pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("given", "target", "axes", "written"),
    [
        ((8, 8, 2), (2, 8, 8), (3, 1, 2), [LAYERS.Permute((3, 1, 2))]),
        ((6, 5, 2), (2, 30), (3, 1, 2), [LAYERS.Permute((3, 1, 2)), LAYERS.Reshape((2, 30))]),
        ((6, 5, 2), (2, -1), (3, 1, 2), [LAYERS.Permute((3, 1, 2)), LAYERS.Reshape((2, 30))]),
        ((60,), (6, 5, 2), (2, 3, 1), [LAYERS.Reshape((2, 6, 5)), LAYERS.Permute((2, 3, 1))]),
        ((2, 30), (6, 5, 2), (2, 3, 1), [LAYERS.Reshape((2, 6, 5)), LAYERS.Permute((2, 3, 1))]),
    ],
)
def test_axes_are_merged_behind_and_split_before(given: Any, target: Any, axes: Any, written: Any) -> None:
    """The shape that is given stays, and so does the number of values."""
    treated, expected = model_of(given, LAYERS.Reshape(target, name="given")), model_of(given, *written)
    x = np.arange(3 * np.prod(given), dtype="float32").reshape(3, *given)

    change(treated, permute_for_reshape("given", axes))

    assert np.array_equal(treated(x), expected(x))


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (permute_for_reshape("nowhere", (2, 1)), "nowhere"),
        (permute_for_reshape("dense", (2, 1)), "dense"),
        (permute_for_reshape("given", (2, 3, 1)), "no order of the axes between"),
        (Edit("permute_for_reshape", {"layer": "given", "axes": "2,x"}), "no order of axes"),
    ],
)
def test_what_cannot_be_is_said(edit: Edit, why: str) -> None:
    """Layers that are no reshape, and orders of other axes."""
    with pytest.raises(CannotApplyError, match=why):
        change(model_of((6, 4), reshape(), LAYERS.Dense(3, name="dense")), edit)


@pytest.mark.slow
def test_in_the_engine_with_other_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled loop trains the permuted model, whose other layers are edited as ever."""

    def make() -> keras.Model:
        inputs = keras.Input((6, 4))
        x = LAYERS.Conv1D(5, 3, name="conv")(reshape()(inputs))
        model = keras.Model(inputs, LAYERS.Dense(5, activation="softmax")(LAYERS.Flatten()(x)))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    kind = kinds.Kind(make, Sample(kinds.SERIES, kinds.CLASSES))
    monkeypatch.setitem(kinds.KINDS, "reshaped", kind)
    permuted = permute_for_reshape("given", (2, 1))
    plain, treated, both = losses("reshaped", (), (permuted,), (permuted, hidden_activation("tanh", ["conv"])))

    assert len({plain, treated, both}) == 3
    assert np.isfinite(both).all()
