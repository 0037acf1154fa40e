"""Another last activation."""

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import change, compared, edited, losses
from tests.subject.engine import kinds


@pytest.mark.slow
def test_another_is_the_one_written_so(engine: Engine) -> None:
    """The losses are those of a model whose last layer is written without an activation."""
    found = compared(engine, (Edit("output_activation", {"output": "y", "activation": "linear"}),), activation="linear")

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps > 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


SET = Edit("output_activation", {"output": "y", "activation": "sigmoid"})


@pytest.mark.parametrize("ending", ["inline", "Activation", "Softmax", "moved", "nested"])
def test_wherever_the_activation_is_written(ending: str) -> None:
    """In the layer, in a layer of its own, before layers that only move values, or in an inner model: the last one is set."""
    inputs = keras.Input((12,))
    head = keras.layers.Dense(5, activation="softmax" if ending in ("inline", "moved", "nested") else None, name="head")
    x = (keras.Sequential([head]) if ending == "nested" else head)(inputs)
    if ending == "Activation":
        x = keras.layers.Activation("softmax")(x)
    elif ending == "Softmax":
        x = keras.layers.Softmax()(x)
    elif ending == "moved":
        x = keras.layers.Reshape((5,))(keras.layers.Dropout(0.1)(x))
    model = keras.Model(inputs, x)
    model.compile("sgd", "mse")
    kernel, bias = head.get_weights()

    change(model, SET)

    expected = 1 / (1 + np.exp(-(kinds.X[:8] @ kernel + bias)))
    assert np.allclose(model(kinds.X[:8], training=False), expected, atol=1e-5)


@pytest.mark.slow
def test_logits_in_place_of_a_softmax_are_the_same_training() -> None:
    """A softmax stripped and logits in the loss leave the losses as they are, in one of two outputs."""
    strip = Edit("output_activation", {"output": "kind", "activation": "linear"})
    logits = Edit("loss", {"output": "kind", "name": "sparse_categorical_crossentropy", "from_logits": True})

    plain, stripped, halfway = losses("two outputs", (), (strip, logits), (strip,))

    assert stripped == pytest.approx(plain, rel=1e-4)
    assert halfway != pytest.approx(plain, rel=1e-4)


@pytest.mark.slow
def test_a_softmax_put_on_a_subclass_is_the_same_training() -> None:
    """A head of logits in a model that is only built when it is called takes an activation, too."""
    put = Edit("output_activation", {"output": "y", "activation": "softmax"})
    probabilities = Edit("loss", {"output": "y", "name": "sparse_categorical_crossentropy", "from_logits": False})

    bare, activated = losses("unbuilt subclass", (), (put, probabilities))

    assert activated == pytest.approx(bare, rel=1e-4)


def test_an_output_that_is_not_there_is_refused() -> None:
    """Of several outputs the name must be one."""
    with pytest.raises(CannotApplyError, match="none"):
        edited("two outputs", Edit("output_activation", {"output": "none", "activation": "softmax"}))


def test_an_output_without_an_activation_is_refused() -> None:
    """Where no layer on the way has one to set, it is said and nothing is guessed."""
    inputs = keras.Input((12,))
    model = keras.Model(inputs, keras.layers.LayerNormalization()(keras.layers.Dense(5)(inputs)))
    model.compile("sgd", "mse")

    with pytest.raises(CannotApplyError, match="no activation to set"):
        change(model, SET)
