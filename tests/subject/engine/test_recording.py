"""Norms, ratios and activations are those of a second, naive computation with Keras' own public parts."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Recording, Trial
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.engine import Engine, measures
from dnndoctor.subject.engine.reading import first_nonfinite
from dnndoctor.subject.engine.recording import Column
from tests.subject.engine import kinds


def recorded(kind: str) -> Outcome:
    engine = Engine(kinds.KINDS[kind].blueprint(), cores=1, alive=lambda _: None)
    found: list[Outcome] = []
    trial = Trial(steps=3, recording=Recording.LAYERS, scored=False)
    engine.run([trial], on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    return found[0]


def norm(values: list[Any]) -> float:
    return float(np.sqrt(sum(np.sum(np.square(np.asarray(value, np.float64))) for value in values)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "masks", "mixed precision", "schedule and AdamW"])
def test_a_naive_step_gives_the_same(kind: str) -> None:
    """Gradient norm, update ratio and activations of three steps, with sparse gradients and loss scaling too."""
    outcome = recorded(kind)
    sample = kinds.KINDS[kind].sample
    model = kinds.KINDS[kind].blueprint().build(0)
    layers = {curve.path: curve for curve in outcome.layers}
    named = dict(
        zip(
            [curve.path for curve in outcome.layers if curve.gradient_norm],
            [one for one in model.layers if one.weights],
            strict=True,
        )
    )
    order = np.random.RandomState(0).permutation(kinds.ROWS)
    for step in range(3):
        pick = order[8 * step : 8 * step + 8]
        x, y = np.asarray(sample.x)[pick], np.asarray(sample.y)[pick]
        probe = keras.Model(model.inputs[0], [layer.output for layer in named.values()])
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True))
            scaled = model.optimizer.scale_loss(loss)
        scale = float(scaled) / float(loss)
        gradients = [tf.convert_to_tensor(one) / scale for one in tape.gradient(scaled, model.trainable_variables)]
        activations = probe(x, training=True)
        before = [np.array(variable) for variable in model.trainable_variables]
        model.train_on_batch(x, y)
        moved = [np.array(variable) - old for variable, old in zip(model.trainable_variables, before, strict=True)]

        assert outcome.losses[step] == pytest.approx(float(loss), rel=2e-3 if kind == "mixed precision" else 1e-5)
        rel = 2e-2 if kind == "mixed precision" else 1e-4
        assert outcome.gradient_norm[step] == pytest.approx(norm(gradients), rel=rel)
        assert outcome.update_ratio[step] == pytest.approx(norm(moved) / norm(before), rel=rel)
        ids = [id(variable) for variable in model.trainable_variables]
        for (path, layer), activation in zip(named.items(), activations, strict=True):
            mine = [ids.index(id(variable)) for variable in layer.trainable_variables]
            values = np.asarray(activation, np.float64)
            assert layers[path].gradient_norm[step] == pytest.approx(norm([gradients[at] for at in mine]), rel=rel)
            assert layers[path].update_ratio[step] == pytest.approx(
                norm([moved[at] for at in mine]) / norm([before[at] for at in mine]), rel=rel
            )
            assert layers[path].activation_rms[step] == pytest.approx(np.sqrt(np.mean(values**2)), rel=rel)
            assert layers[path].activation_zero_share[step] == pytest.approx(np.mean(values == 0), abs=0.02)


@pytest.mark.parametrize("values", [10, measures.FEW_VALUES])
def test_norms_of_huge_values_are_finite(values: int) -> None:
    """Squares that overflow in float32 do not make a norm infinite; a value that is infinite does."""
    huge = tf.fill([values], 1e25)
    start, end = tf.fill([values], 1.0), tf.fill([values], 3.0)

    fine = tf.function(lambda: measures.sizes([huge], [start], [end], [[0], [0]], 1), autograph=False)().numpy()
    bad = tf.function(lambda: measures.sizes([huge * 1e20], [start], [end], [[0], [0]], 1), autograph=False)().numpy()

    assert fine == pytest.approx(np.array([1e25, 2.0, 1.0]) * np.sqrt(values), rel=1e-4)
    assert np.isinf(bad[0])
    assert np.isfinite(bad[1:]).all()


@pytest.mark.parametrize("row", [8, 4 * measures.SMALL_ROW])
def test_a_bad_value_in_the_last_row_is_seen_when_the_loss_is_bad(row: int) -> None:
    """Sampling rows hides nothing in the step that ends a trial."""
    activation = np.ones((2000, row), np.float32)
    activation[-1, -1] = np.inf if row > measures.SMALL_ROW else 1.0
    signature = [tf.TensorSpec([None, row], tf.float32), tf.TensorSpec([], tf.float32)]
    measured = tf.function(
        lambda tensor, loss: measures.activations([[tensor]], loss), autograph=False, input_signature=signature
    )

    rms, zeros = measured(activation, np.float32(np.nan)).numpy()

    assert np.isinf(rms) == (row > measures.SMALL_ROW)
    assert zeros == 0


def test_the_first_bad_value_is_named_in_the_order_of_a_step() -> None:
    """Of one step: activation, loss, gradient; of layers the first in the forward pass, the last for gradients."""
    columns = [
        Column("loss"),
        Column("gradient", "a"),
        Column("gradient", "b"),
        Column("activation_rms", "a"),
        Column("activation_rms", "b"),
    ]
    good = np.ones((3, 5), np.float32)

    def found(bad: list[int], *, scaled: bool = False) -> Any:
        records = good.copy()
        records[1, bad] = np.nan
        return first_nonfinite(columns, records, ["a", "b"], scaled=scaled, has_loss=True)

    assert found([]) is None
    assert (found([0, 1, 2, 3, 4]).where, found([0, 3, 4]).layer, found([0, 3, 4]).step) == ("activation", "a", 1)
    assert (found([0, 1, 2]).where, found([0, 1, 2]).layer) == ("loss", None)
    assert (found([1, 2]).where, found([1, 2]).layer) == ("gradient", "b")
    assert found([1, 2], scaled=True) is None


def test_layers_are_named_as_they_are_walked() -> None:
    """Inner layers of wrappers are listed under their own paths."""
    inputs = keras.Input((6, 4))
    outputs = keras.layers.TimeDistributed(keras.layers.Dense(3, name="inner"), name="outer")(inputs)
    make = lambda: kinds._classifier(inputs, keras.layers.Flatten(name="flat")(outputs))  # noqa: E731  one expression
    engine = Engine(
        kinds.Kind(make, Sample(kinds.SERIES, kinds.CLASSES)).blueprint(self_seeded=False), cores=1, alive=lambda _: None
    )
    found: list[Outcome] = []

    engine.run([Trial(steps=1, recording=Recording.LAYERS)], on_progress=lambda _: None, deadline=None, on_outcome=found.append)

    assert [curve.path for curve in found[0].layers][:2] == ["outer", "outer/inner"]
