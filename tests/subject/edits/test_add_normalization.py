"""A normalisation between layers' affine maps and their activations."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.edits.add_normalization import add_normalization
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.layers import walk_layers
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change, losses
from tests.subject.engine import kinds

LAYERS = keras.layers
KINDS = {"batch": LAYERS.BatchNormalization, "layer": LAYERS.LayerNormalization}


def drawn() -> Any:
    return keras.initializers.GlorotUniform(seed=1)


def given() -> Any:
    return LAYERS.Dense(8, activation="relu", kernel_initializer=drawn(), name="given")


class Written(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """What is to come of `given`, written by hand."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.dense, self.normalisation = LAYERS.Dense(8, kernel_initializer=drawn()), KINDS[kind]()

    def build(self, shape: Any) -> None:
        self.dense.build(shape)
        self.normalisation.build((*shape[:-1], 8))

    def call(self, inputs: Any, training: bool = False) -> Any:
        return keras.ops.relu(self.normalisation(self.dense(inputs), training=training))

    def compute_output_shape(self, shape: Any) -> Any:  # TimeDistributed asks for it
        return (*shape[:-1], 8)


def path_of(form: str) -> str:
    """The path of the layer `given` in a model of that form; automatic names count on from test to test."""
    return next(walked.path for walked in walk_layers(made(form, given)) if walked.layer.name == "given")


def treated(form: str, kind: str) -> keras.Model:
    """A model of that form with a normalisation in the layer `given`."""
    keras.backend.clear_session()
    path = path_of(form)
    keras.backend.clear_session()
    return made(form, given, add_normalization(kind, [path]))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_treated_model_is_one_that_was_written_so(form: str, kind: str) -> None:
    """In any form, trained by the model's own step; moving statistics are updated, scale and shift are trained."""
    model, written = treated(form, kind), made(form, lambda: Written(kind))
    expected = trained(written)

    assert trained(model) == pytest.approx(expected, rel=1e-4)
    assert trained(made(form, given)) != pytest.approx(expected, rel=1e-3)
    values = {variable.name: variable.numpy() for variable in model.variables}
    for variable in written.variables:
        if variable.name in ("moving_mean", "moving_variance", "gamma", "beta"):
            assert np.allclose(values[variable.name], variable.numpy(), atol=1e-4)
    assert not np.allclose(values["gamma"], 1)


def test_channels_first_and_half_precision() -> None:
    """The features are normalised, wherever they are, and in the layer's own precision."""
    inputs = keras.Input((12,))
    half = keras.Model(inputs, LAYERS.Dense(4, dtype="mixed_float16", name="half")(inputs))
    half.compile("sgd", "mse")
    inputs = keras.Input((2, 8, 8))
    first = keras.Model(inputs, LAYERS.Conv2D(3, 3, data_format="channels_first", name="first")(inputs))
    first.compile("sgd", "mse")

    change(half, add_normalization("batch", ["half"]))
    change(first, add_normalization("batch", ["first"]))

    assert half(kinds.X).dtype.name == "float16"
    assert tuple(first.get_layer("first").added_normalization.gamma.shape) == (3,)


def test_an_optimizer_made_for_fewer_weights_is_renewed() -> None:
    """With its settings, also inside a LossScaleOptimizer and with a schedule; so are a model's further ones."""
    schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.5)
    inner = keras.optimizers.AdamW(schedule, weight_decay=0.05, global_clipnorm=0.5)
    model = kinds.plain()
    model.compile(keras.optimizers.LossScaleOptimizer(inner, initial_scale=2.0), "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    before = model.optimizer

    change(model, add_normalization("batch", [model.layers[1].name]))

    assert model.optimizer is not before
    assert model.optimizer.inner_optimizer is not inner
    assert (model.optimizer.initial_scale, model.optimizer.inner_optimizer.weight_decay) == (2.0, 0.05)
    assert model.optimizer.inner_optimizer.global_clipnorm == 0.5
    model.train_on_batch(kinds.X[:8], kinds.CLASSES[:8])
    assert len(model.trainable_variables) == 6


def test_the_optimizers_of_a_model_with_several() -> None:
    """Each that was made for fewer weights is replaced where the model holds it."""
    model = kinds.Gan()
    model.compile(keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.2))
    model.critic_optimizer.build(model.critic.trainable_variables)
    before, untouched = model.critic_optimizer, model.generator_optimizer
    path = next(walked.path for walked in walk_layers(model) if isinstance(walked.layer, LAYERS.Dense))
    model.inputs = [keras.KerasTensor((None, 12))]

    change(model, add_normalization("layer", [path]))

    assert model.critic_optimizer is not before
    assert float(model.critic_optimizer.learning_rate) == pytest.approx(float(before.learning_rate))
    assert model.generator_optimizer is untouched


@pytest.mark.parametrize(
    ("make", "edits", "why"),
    [
        (given, [add_normalization("batch", ["nowhere"])], "nowhere"),
        (given, [add_normalization("group", ["given"])], "group"),
        (lambda: LAYERS.LSTM(4, name="given"), [add_normalization("batch", ["given"])], "given"),
        (lambda: LAYERS.Dense(4, name="given", trainable=False), [add_normalization("batch", ["given"])], "frozen"),
        (given, 2 * [add_normalization("batch", ["given"])], "already"),
    ],
)
def test_what_cannot_be_is_said(make: Any, edits: list[Edit], why: str) -> None:
    """No such layer or kind, a recurrence, frozen weights, the same layer twice."""
    with pytest.raises(CannotApplyError, match=why):
        made("Functional", make, *edits)


@pytest.mark.parametrize("swapped", [False, True])
def test_together_with_its_own_removal_and_another_activation(swapped: bool) -> None:
    """Batch normalisation that an edit added is batch normalisation to the next; the activation is set in any order."""
    tanh, added = Edit("hidden_activation", {"activation": "tanh", "layers": "given"}), add_normalization("batch", ["given"])
    edits = (added, tanh) if swapped else (tanh, added)
    written = made("Functional", lambda: LAYERS.Dense(8, activation="tanh", kernel_initializer=drawn()))

    model = made("Functional", given, *edits, Edit("batch_norm_off"))

    assert np.allclose(model(kinds.SERIES, training=True), written(kinds.SERIES), atol=1e-6)


@pytest.mark.slow
def test_in_the_engine() -> None:
    """The compiled loop trains the normalised model from the weights of the seed, and updates what is evaluated with."""
    plain, added = losses("two outputs", (), (add_normalization("batch", ["kind"]),))

    assert added != plain
    assert np.isfinite(added).all()
