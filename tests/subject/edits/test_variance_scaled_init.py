"""Initial weights that keep signals the same size from layer to layer."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import CannotApplyError, applied
from dnndoctor.subject.engine import Engine, data
from dnndoctor.subject.engine.building import drawn_values, symbolic
from dnndoctor.subject.engine.seeds import Seeds
from dnndoctor.subject.engine.structure import Structure
from tests.subject.edits.forms import FORMS, made
from tests.subject.engine import kinds

EDIT = Edit("variance_scaled_init")
LAYERS = keras.layers
BAD: dict[str, Any] = {
    "kernel_initializer": keras.initializers.RandomNormal(stddev=5.0),
    "bias_initializer": keras.initializers.Constant(3.0),
}


def started(model: keras.Model, x: Any, seed: int = 0, loaded: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What every variable of a model starts from under the edit, by its path."""
    inputs = symbolic(data.rows_of(Sample(x)))[0]
    change = applied(EDIT).change_start(model, {}, inputs, loaded)
    values = change(drawn_values(model)[:-1], seed)
    return {variable.path: value.numpy() for variable, value in zip(model.variables, values, strict=True)}


def of_layer(layer: Any, *shape: int) -> list[Any]:
    """What the variables of one layer start from."""
    inputs = keras.Input(shape)
    return list(started(keras.Model(inputs, layer(inputs)), np.zeros((2, *shape), "float32")).values())


@pytest.mark.parametrize(("activation", "variance"), [("relu", 2 / 400), ("selu", 1 / 400), ("tanh", 2 / 700), (None, 2 / 700)])
def test_variance_by_activation(activation: str | None, variance: float) -> None:
    """Two by fan-in before rectifiers, one before SELU, Glorot's otherwise; nothing beyond two deviations; biases zero."""
    kernel, bias = of_layer(LAYERS.Dense(300, activation=activation, **BAD), 400)

    assert np.isclose(kernel.var(), variance, rtol=0.02)
    assert abs(kernel.mean()) < 1e-3
    assert np.abs(kernel).max() < 2.3 * np.sqrt(variance)
    assert not bias.any()


def test_convolutions() -> None:
    """Depthwise kernels count their field alone."""
    plain, _ = of_layer(LAYERS.Conv2D(64, 3, activation="relu", **BAD), 8, 8, 32)
    depthwise, _ = of_layer(LAYERS.DepthwiseConv2D(3, activation="relu"), 8, 8, 512)

    assert np.isclose(plain.var(), 2 / (9 * 32), rtol=0.05)
    assert np.isclose(depthwise.var(), 2 / 9, rtol=0.05)


def test_recurrent_layers() -> None:
    """Input kernels by Glorot, recurrent kernels orthogonal, biases zero with the forget gates open."""
    kernel, recurrent, bias = of_layer(LAYERS.LSTM(20, **BAD), 6, 30)[:3]

    assert np.isclose(kernel.var(), 2 / (30 + 80), rtol=0.1)
    assert np.allclose(recurrent @ recurrent.T, np.eye(20), atol=1e-5)
    assert bias.tolist() == [0.0] * 20 + [1.0] * 20 + [0.0] * 40
    assert not of_layer(LAYERS.GRU(20, **BAD), 6, 30)[2].any()


def test_embeddings() -> None:
    """Those that are in order stay; constant and wild ones are drawn within Keras' own range."""

    def embedded(initializer: Any) -> tuple[Any, Any]:
        inputs = keras.Input((7,), dtype="int32")
        layer = LAYERS.Embedding(20, 16, embeddings_initializer=initializer)
        model = keras.Model(inputs, LAYERS.Dense(2)(LAYERS.Flatten()(layer(inputs))))
        return np.asarray(layer.embeddings), started(model, kinds.TOKENS)[layer.embeddings.path]

    before, after = embedded(keras.initializers.RandomNormal(stddev=1.0))
    drawn = [embedded(initializer)[1] for initializer in ("zeros", keras.initializers.RandomNormal(stddev=100.0))]

    assert np.array_equal(before, after)
    assert all(0.04 < np.abs(embeddings).max() <= 0.05 for embeddings in drawn)


def test_normalising_layers_stay() -> None:
    """Scale, shift and statistics are what they were."""
    gamma, beta, mean, variance = of_layer(
        keras.Sequential([LAYERS.BatchNormalization(gamma_initializer="zeros"), LAYERS.Dense(3)]), 12
    )[:4]

    assert (gamma.max(), beta.max(), mean.max(), variance.min()) == (0, 0, 0, 1)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_model(form: str) -> None:
    """The layer is found wherever it stands, and the activation behind it, too."""
    model = made(form, lambda: LAYERS.Dense(400, activation="relu", name="bad", **BAD))
    kernel = next(value for value in started(model, kinds.SERIES).values() if value.shape == (4, 400))

    assert np.isclose(kernel.var(), 2 / 4, rtol=0.1)


def test_seeds() -> None:
    """Equal seeds draw equal values, other seeds others, and layers of one shape differ."""
    layers = [keras.Input((12,)), *(LAYERS.Dense(12, name=f"dense_{number}") for number in range(2))]
    model = keras.Sequential(layers)

    first, again, other = (started(model, kinds.X, seed) for seed in (1, 1, 2))

    kernels = [name for name in first if name.endswith("kernel")]
    assert all(np.array_equal(first[name], again[name]) for name in kernels)
    assert not any(np.array_equal(first[name], other[name]) for name in kernels)
    assert not np.array_equal(*(first[name] for name in kernels))


def test_frozen_and_loaded_weights_stay() -> None:
    """What was trained before is not drawn anew, its bias neither."""
    frozen, loaded, fresh = (LAYERS.Dense(12, **BAD) for _ in range(3))
    frozen.trainable = False
    model = keras.Sequential([keras.Input((12,)), frozen, loaded, fresh])
    kept = frozenset(variable.path for variable in loaded.variables)

    values = started(model, kinds.X, loaded=kept)

    for layer in (frozen, loaded):
        assert all(np.array_equal(values[variable.path], np.asarray(variable)) for variable in layer.variables)
    assert values[fresh.kernel.path].std() < 1


def test_nothing_to_draw_is_refused() -> None:
    """Where all kernels are frozen or loaded, it is said."""
    model = keras.Sequential([keras.Input((12,)), LAYERS.Dense(3, trainable=False)])

    with pytest.raises(CannotApplyError, match="frozen or loaded"):
        started(model, kinds.X)


def deep(batch_norm: bool = True) -> keras.Model:
    """Explodes without its batch normalisation, and does not with weights of the right size."""
    inputs = x = keras.Input((12,))
    for _ in range(6):
        x = LAYERS.Dense(24, kernel_initializer=keras.initializers.RandomNormal(stddev=2.0))(x)
        x = LAYERS.Activation("relu")(LAYERS.BatchNormalization()(x) if batch_norm else x)
    model = keras.Model(inputs, LAYERS.Dense(1)(x))
    model.compile("adam", "mse")
    return model


def blueprint() -> Blueprint:
    return Blueprint(kinds.seeded(deep), Sample(kinds.X, kinds.NUMBERS), batch_size=8)


def test_no_new_structure() -> None:
    """Values are drawn for the structure that there is, kept by seed, and do not touch the untreated ones."""
    rows = data.rows_of(Sample(kinds.X, kinds.NUMBERS))
    structure = Structure(blueprint(), (), rows, 8, 1)
    seeds = Seeds(blueprint(), rows)
    seeds.look(structure)

    plain, treated, again = (seeds.drawn(structure, 3, edits) for edits in ((), (EDIT,), (EDIT,)))

    assert treated is again
    assert not applied(EDIT).structural
    assert np.asarray(plain[0]).std() == pytest.approx(2.0, rel=0.1)
    assert np.asarray(treated[0]).std() == pytest.approx(np.sqrt(2 / 12), rel=0.1)
    assert len(treated) == len(plain)


@pytest.mark.slow
def test_in_the_engine() -> None:
    """Without batch normalisation the user's weights explode and these do not; scores at the start are their own."""
    off = Edit("batch_norm_off")
    trials = [Trial(edits, steps=3) for edits in ((), (EDIT,), (off,), (off, EDIT))]
    found: dict[str, Any] = {}
    engine = Engine(blueprint(), cores=1, alive=lambda _: None)

    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.id: one}))

    plain, drawn, exploding, both = (found[trial.id] for trial in trials)
    assert all(outcome.state == "finished" for outcome in found.values())
    assert exploding.losses[0] > 1e4 * both.losses[0]
    assert len({outcome.scores.start.loss for outcome in found.values()}) == 4
    assert plain.losses != drawn.losses
