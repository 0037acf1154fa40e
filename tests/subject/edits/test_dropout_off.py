"""Dropout and noise switched off."""

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import change, compared, losses
from tests.subject.engine import kinds


@pytest.mark.slow
def test_off_is_a_rate_of_zero(engine: Engine) -> None:
    """The losses are those of a model whose dropout rate is 0, augmentation and penalties still in it."""
    found = compared(engine, (Edit("dropout_off"),), dropout=0.0)

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps > 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_every_layer_that_drops_or_adds_noise_is_still() -> None:
    """Of all kinds of layers, cells inside wrappers included, predicting in training is predicting."""
    inputs = keras.Input((6, 4))
    x = keras.layers.SpatialDropout1D(0.3)(keras.layers.GaussianNoise(0.5)(inputs))
    x = keras.layers.GaussianDropout(0.3)(keras.layers.AlphaDropout(0.3)(x))
    x = keras.layers.MultiHeadAttention(2, 4, dropout=0.4)(x, x)
    x = keras.layers.Attention(dropout=0.4)([x, x])
    x = keras.layers.Bidirectional(keras.layers.LSTM(3, dropout=0.3, recurrent_dropout=0.3, return_sequences=True))(x)
    x = keras.layers.TimeDistributed(keras.layers.Dropout(0.5))(x)
    x = keras.layers.RNN([keras.layers.GRUCell(3, dropout=0.4), keras.layers.SimpleRNNCell(3, recurrent_dropout=0.4)])(x)
    model = keras.Model(inputs, keras.Sequential([keras.layers.Dropout(0.5), keras.layers.Dense(2)])(x))
    model.compile("sgd", "mse")
    before = [model(kinds.SERIES[:8], training=mode).numpy() for mode in (True, False)]

    change(model, Edit("dropout_off"))
    after = [model(kinds.SERIES[:8], training=mode).numpy() for mode in (True, False)]

    assert not np.allclose(before[0], before[1])
    assert np.array_equal(after[1], before[1])
    assert np.allclose(after[0], after[1], atol=1e-6)


@pytest.mark.slow
def test_nothing_changes_where_there_is_none() -> None:
    """A model without dropout trains as before, bit for bit."""
    plain, off = losses("plain", (), (Edit("dropout_off"),))

    assert off == plain
