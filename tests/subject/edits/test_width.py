"""Hidden layers wider or narrower."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import data
from dnndoctor.subject.engine.building import make_model
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import edited, losses
from tests.subject.engine import kinds

HALF, DOUBLE = Edit("width", {"factor": 0.5}), Edit("width", {"factor": 2})
LAYERS = keras.layers


def dense(units: int = 8) -> Any:
    return lambda: LAYERS.Dense(units, activation="relu", kernel_initializer=keras.initializers.GlorotUniform(seed=1))


def shapes(model: keras.Model) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in model.trainable_variables]


def of(make: Any, sample: Sample, *edits: Edit, seed: int = 0) -> keras.Model:
    blueprint = Blueprint(kinds.seeded(make), sample)
    return make_model(blueprint, edits, seed, data.rows_of(sample))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("edit", "units"), [(HALF, 4), (DOUBLE, 16)])
def test_the_treated_model_is_one_that_was_written_so(form: str, edit: Edit, units: int) -> None:
    """In any form, with the weights that the written one draws, and trained by the model's own step."""
    treated, written = made(form, dense(8), edit), made(form, dense(units))

    assert shapes(treated) == shapes(written)
    assert trained(treated) == pytest.approx(trained(written), rel=1e-5)
    assert shapes(made(form, dense(8))) != shapes(treated)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("two outputs", [(12, 8), (8,), (8, 5), (5,), (8, 1), (1,)]),
        ("masks", [(20, 4), (4, 12), (3, 12), (12,), (3, 5), (5,)]),
        (
            "bidirectional",
            [(4, 12), (3, 12), (12,), (4, 12), (3, 12), (12,), (6, 9), (3, 9), (2, 9), (3, 5), (5,)],
        ),
        ("batch norm, dropout, noise", [(3, 3, 2, 2), (2,), (2,), (2,), (72, 5), (5,)]),
        ("constraints and frozen layers", [(16, 4), (4,), (4, 5), (5,)]),
    ],
)
def test_what_is_hidden(kind: str, expected: list[tuple[int, ...]]) -> None:
    """Units, filters and vectors of embeddings, both ways of a Bidirectional; no head, no vocabulary, nothing frozen."""
    assert shapes(edited(kind, HALF)) == expected


def test_a_residual_model_keeps_its_sums() -> None:
    """Layers that are added up are narrowed alike; several affine layers that add up to an output are all heads."""

    def make() -> keras.Model:
        inputs = keras.Input((12,))
        x = LAYERS.Dense(16)(inputs)
        x = LAYERS.Add()([x, LAYERS.Dense(16, activation="relu")(x)])
        model = keras.Model(inputs, LAYERS.Add()([LAYERS.Dense(5)(x), LAYERS.Dense(5)(inputs)]))
        model.compile("sgd", "mse")
        return model

    assert shapes(of(make, Sample(kinds.X, kinds.CLASSES), HALF))[::2] == [(12, 8), (8, 8), (8, 5), (12, 5)]


def test_loaded_vectors_stay() -> None:
    """An embedding whose vectors are given is left, and the layers behind it are narrowed all the same."""

    def make() -> keras.Model:
        inputs = keras.Input((7,), dtype="int32")
        embedding = LAYERS.Embedding(20, 6)
        x = LAYERS.Flatten()(embedding(inputs))
        model = keras.Model(inputs, LAYERS.Dense(5)(LAYERS.Dense(8)(x)))
        embedding.set_weights([np.ones((20, 6))])
        model.compile("sgd", "mse")
        return model

    assert shapes(of(make, Sample(kinds.TOKENS, kinds.CLASSES), HALF)) == [(20, 6), (42, 4), (4,), (4, 5), (5,)]


def test_layers_that_only_a_step_calls_stay() -> None:
    """What the forward pass does not call may be a head of its own."""

    class Two(keras.Model):  # type: ignore[misc]  # Keras ships no types
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.head, self.other = LAYERS.Dense(8), LAYERS.Dense(5), LAYERS.Dense(6)

        def build(self, shape: Any) -> None:
            self.other.build(shape)

        def call(self, inputs: Any) -> Any:
            return self.head(self.hidden(inputs))

    def make() -> keras.Model:
        model = Two()
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    model = of(make, Sample(kinds.X, kinds.CLASSES), HALF)

    assert (model.hidden.units, model.head.units, model.other.units) == (4, 5, 6)


@pytest.mark.parametrize(
    ("tied", "why"),
    [
        (lambda inputs: LAYERS.Add()([LAYERS.Dense(12)(inputs), inputs]), "tied to something else"),
        (lambda inputs: LAYERS.Flatten()(LAYERS.Reshape((4, 4))(LAYERS.Dense(16)(inputs))), "tied to something else"),
        (lambda inputs: keras.ops.reshape(LAYERS.Dense(16)(inputs), (-1, 16)), "tied to something else"),
        (lambda inputs: inputs, "no hidden layer"),
    ],
)
@pytest.mark.parametrize("edit", [HALF, DOUBLE])
def test_what_cannot_be_is_said(tied: Any, why: str, edit: Edit) -> None:
    """Widths that the inputs or a shape hold fast, and models without hidden layers; constructors are as they were."""
    constructor = LAYERS.Dense.__init__

    def make() -> keras.Model:
        inputs = keras.Input((12,))
        model = keras.Model(inputs, LAYERS.Dense(5)(tied(inputs)))
        model.compile("sgd", "mse")
        return model

    with pytest.raises(CannotApplyError, match=why):
        of(make, Sample(kinds.X, kinds.CLASSES), edit)
    assert LAYERS.Dense.__init__ is constructor


def test_a_model_without_a_forward_pass_is_refused() -> None:
    """Which of its layers are heads is not known."""
    with pytest.raises(CannotApplyError, match="cannot be followed"):
        edited("two optimizers", HALF)


def test_together_with_other_edits() -> None:
    """Finished models of the new widths are changed further, their layers found by their paths; widths are multiplied again."""

    def make() -> Any:
        return LAYERS.Dense(8, activation="relu", name="hidden")

    tanh = Edit("hidden_activation", {"activation": "tanh", "layers": "hidden"})

    model = made("Functional", make, tanh, HALF, Edit("depth", {"layers": 1}), HALF)

    assert shapes(model) == [(4, 2), (2,), (2, 2), (2,), (12, 5), (5,)]
    assert model.get_layer("hidden").activation is keras.activations.tanh


@pytest.mark.slow
def test_in_the_engine() -> None:
    """Trials of several seeds train narrower models, each with the weights of its seed; the untreated ones stay."""
    slower = Edit("learning_rate", {"factor": 0.5})
    plain, half, again = losses("unbuilt subclass", (), (HALF,), (HALF, slower))

    assert half[0] == pytest.approx(again[0])
    assert len({plain, half, again}) == 3
    assert np.isfinite((*half, *again)).all()


@pytest.mark.slow
def test_in_the_engine_with_other_structural_edits() -> None:
    """Each of them shows in the losses of the same model."""
    off, deeper = Edit("batch_norm_off"), Edit("depth", {"layers": 1})
    found = losses("batch norm, dropout, noise", (HALF,), (HALF, off), (HALF, deeper), (off, deeper, HALF))

    assert len(set(found)) == 4
    assert np.isfinite(found).all()


def test_trial_ids_tell_widths_apart() -> None:
    """Another factor is another trial."""
    assert Trial((HALF,)).id != Trial((DOUBLE,)).id
