"""Batch normalisation without its normalising."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import Engine, private
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change, losses
from tests.subject.engine import kinds

OFF = Edit("batch_norm_off")


class Affine(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """What is to be left of batch normalisation, written by hand."""

    def build(self, shape: Any) -> None:
        self.gamma = self.add_weight(shape=shape[-1:], initializer=keras.initializers.Constant(2.0))
        self.beta = self.add_weight(shape=shape[-1:], initializer=keras.initializers.Constant(0.3))

    def call(self, inputs: Any) -> Any:
        return self.gamma * inputs + self.beta

    def compute_output_shape(self, shape: Any) -> Any:  # TimeDistributed asks for it
        return shape


class SyncBatchNorm(keras.layers.BatchNormalization):  # type: ignore[misc]  # Keras ships no types
    """A subclass with a call of its own."""

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        return super().call(inputs, training=training, mask=mask)


def batch_norm(kind: Any = keras.layers.BatchNormalization) -> Any:
    """With scale and shift of its own."""
    constant = keras.initializers.Constant
    return kind(gamma_initializer=constant(2.0), beta_initializer=constant(0.3))


@pytest.mark.parametrize("form", FORMS)
def test_scale_and_shift_are_left(form: str) -> None:
    """Wherever the layer stands, the model trains like one with scale and shift alone, and the statistics stay."""
    expected = trained(made(form, Affine))
    untreated = trained(made(form, batch_norm))
    model = made(form, batch_norm, OFF)
    layer = next(layer for layer in private.all_layers(model) if isinstance(layer, keras.layers.BatchNormalization))

    assert trained(model) == pytest.approx(expected, rel=1e-5)
    assert untreated != pytest.approx(expected, rel=1e-3)
    assert not np.asarray(layer.moving_mean).any()
    assert (np.asarray(layer.moving_variance) == 1).all()


def test_subclasses_with_a_call_of_their_own() -> None:
    """A kind of batch normalisation that the user wrote on top of Keras' is one."""
    treated = made("Functional", lambda: batch_norm(SyncBatchNorm), OFF)

    assert trained(treated) == pytest.approx(trained(made("Functional", Affine)), rel=1e-5)


@pytest.mark.parametrize(("scale", "center", "axis"), [(True, False, -1), (False, True, 1), (True, True, 2), (False, False, -1)])
def test_scale_center_and_axis(scale: bool, center: bool, axis: int) -> None:
    """What the layer does not have is left out, and the numbers go along its axis."""
    inputs = keras.Input((8, 8, 2))
    layer = keras.layers.BatchNormalization(axis=axis, scale=scale, center=center)
    model = keras.Model(inputs, layer(inputs))
    model.compile("sgd", "mse")
    numbers = np.arange(1.0, kinds.IMAGES.shape[axis] + 1)
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    expected = kinds.IMAGES * (numbers.reshape(shape) if scale else 1) + (numbers.reshape(shape) if center else 0)
    for variable in (layer.gamma, layer.beta):
        if variable is not None:
            variable.assign(numbers)

    change(model, OFF)

    for training in (True, False):
        assert np.allclose(model(kinds.IMAGES, training=training), expected, rtol=1e-5, atol=1e-5)


def test_half_precision_stays_half() -> None:
    """The next layer is given the dtype that it expects."""
    inputs = keras.Input((12,))
    model = keras.Model(inputs, keras.layers.BatchNormalization(dtype="mixed_float16")(inputs))
    model.compile("sgd", "mse")

    assert change(model, OFF)(kinds.X, training=True).dtype.name == "float16"


def test_loaded_statistics_go_on_scaling() -> None:
    """A layer with statistics of an earlier training normalises by these, and no longer by the batch."""
    inputs = keras.Input((12,))
    layer = keras.layers.BatchNormalization(epsilon=0.0)
    model = keras.Model(inputs, layer(inputs))
    model.compile("sgd", "mse")
    layer.moving_mean.assign(np.full(12, 3.0))
    layer.moving_variance.assign(np.full(12, 4.0))

    change(model, OFF)

    assert np.allclose(model(kinds.X, training=True), (kinds.X - 3) / 2, atol=1e-5)
    assert np.allclose(np.asarray(layer.moving_mean), 3)


@pytest.mark.parametrize("layer", [keras.layers.LayerNormalization, lambda: keras.layers.BatchNormalization(trainable=False)])
def test_nothing_to_remove_is_refused(layer: Any) -> None:
    """A model without any, or with none that normalises by the batch, is told so."""
    with pytest.raises(CannotApplyError, match="batch normalisation"):
        made("Functional", layer, OFF)


@pytest.mark.slow
def test_in_the_engine() -> None:
    """Trials start from the very weights of the untreated ones, and differ from their first step on."""
    plain, off = losses("batch norm, dropout, noise", (), (OFF,))

    assert off[0] != pytest.approx(plain[0], rel=1e-4)
    assert np.isfinite(off).all()


@pytest.mark.slow
def test_a_model_without_any_in_the_engine() -> None:
    """The trial comes back as impossible, with the reason."""
    found: list[Any] = []
    engine = Engine(kinds.KINDS["plain"].blueprint(), cores=1, alive=lambda _: None)

    engine.run([Trial((OFF,), steps=2)], on_progress=lambda _: None, deadline=None, on_outcome=found.append)

    assert found[0].state == "impossible"
    assert "no batch normalisation" in found[0].reason
