"""Values inside the model as large as they come."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.clipping import clips
from dnndoctor.subject.edits import CannotApplyError
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change
from tests.subject.engine import kinds

LAYERS = keras.layers
OFF = Edit("value_clipping_off")


class Own(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Clips from above only."""

    def call(self, inputs: Any) -> Any:
        return tf.minimum(inputs, 0.5)


@pytest.mark.parametrize("form", FORMS)
def test_off_is_none_written(form: str) -> None:
    """Wherever the layer stands, the model trains like one whose ReLU has no largest value."""
    expected = trained(made(form, lambda: LAYERS.ReLU()))

    assert trained(made(form, lambda: LAYERS.ReLU(max_value=0.2), OFF)) == pytest.approx(expected, rel=1e-5)
    assert trained(made(form, lambda: LAYERS.ReLU(max_value=0.2))) != pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("layer", "unbounded", "what", "low", "high"),
    [
        (LAYERS.ReLU(max_value=2.0), keras.activations.relu, "ReLU", 0.0, 2.0),
        (LAYERS.Activation("relu6"), keras.activations.relu, "relu6", 0.0, 6.0),
        (LAYERS.Activation("hard_tanh"), keras.activations.tanh, "hard_tanh", -1.0, 1.0),
        (LAYERS.Lambda(lambda x: tf.clip_by_value(x, -1.5, 2.0)), lambda x: x, "Lambda", -1.5, 2.0),
        (Own(), lambda x: x, "Own", None, 0.5),
    ],
)
def test_every_kind_of_clip(layer: Any, unbounded: Any, what: str, low: float | None, high: float) -> None:
    """Each is seen with its bounds, and lets values pass afterwards."""
    inputs = keras.Input((12,))
    model = keras.Model(inputs, layer(inputs))
    model.compile("sgd", "mse")
    x = 10 * kinds.X[:8]
    (clip,) = clips(model)

    change(model, OFF)

    assert (clip.what, clip.low, clip.high) == (what, low, high)
    assert np.allclose(model(x, training=True), unbounded(x), atol=1e-5)


@pytest.mark.parametrize("nested", [False, True])
def test_operations_of_functional_graphs(nested: bool) -> None:
    """`keras.ops.clip` written between layers is one, inside an inner model, too."""
    inputs = keras.Input((12,))
    model = keras.Model(inputs, keras.ops.clip(inputs * 2.0, -1.0, 1.0))
    if nested:
        outer = keras.Input((12,))
        model = keras.Model(outer, model(outer))
    model.compile("sgd", "mse")
    (clip,) = clips(model)

    change(model, OFF)

    assert (clip.what, clip.low, clip.high) == ("Clip", -1.0, 1.0)
    assert np.allclose(model(kinds.X, training=True), 2 * kinds.X)


@pytest.mark.parametrize(
    "layer",
    [
        LAYERS.ReLU(),
        LAYERS.Activation("tanh"),
        LAYERS.Activation("hard_sigmoid"),
        LAYERS.Lambda(lambda x: tf.nn.relu(x)),
        LAYERS.Lambda(lambda x: x + 1.0),
        LAYERS.Lambda(lambda x: tf.reduce_max(x, axis=-1, keepdims=True)),
        LAYERS.Dropout(0.5),
    ],
)
def test_what_is_no_clip(layer: Any) -> None:
    """ReLU, squashing functions and other lambdas are none, and a model without any is told so."""
    inputs = keras.Input((12,))
    model = keras.Model(inputs, layer(inputs))
    model.compile("sgd", "mse")

    with pytest.raises(CannotApplyError, match="No clipping"):
        change(model, OFF)
