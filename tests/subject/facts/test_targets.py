"""Targets are understood together with the output they belong to, and the constant predictor's figures are right."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import LossFacts, OutputFacts
from dnndoctor.subject.facts.targets import longest_run, target_facts, understand_targets

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 3, 60)
BITS = RNG.integers(0, 2, 60)
REAL = RNG.normal(size=60)


def output(
    shape: tuple[int, ...], activation: str | None = "linear", loss: str | None = "mean_squared_error", **settings: Any
) -> OutputFacts:
    """An output with a loss."""
    reduction = settings.pop("reduction", "sum_over_batch_size")
    facts = (
        None
        if loss is None
        else LossFacts(loss, True, settings.get("from_logits"), settings.get("label_smoothing", 0.0), reduction)
    )
    return OutputFacts("out", shape, "float32", activation, None, None, facts)


def facts_of(y: Any, at: OutputFacts, **more: Any) -> TargetFacts:
    """Facts of targets."""
    return target_facts(np.asarray(y), "y", at, **{"equals_input": False, "weight": None, "batch_size": 32, **more})


@pytest.mark.parametrize(
    ("y", "at", "encoding", "task"),
    [
        (IDS, output((3,), "softmax", "sparse_categorical_crossentropy"), "class_ids", "multiclass"),
        (IDS[:, None].astype(float), output((3,)), "class_ids", "multiclass"),
        (np.eye(3)[IDS], output((3,), "softmax"), "one_hot", "multiclass"),
        (np.eye(3)[IDS], output((3,), "linear", None), "one_hot", "multiclass"),
        (np.eye(3)[IDS] * 0.9 + 0.1 / 3, output((3,), "softmax", "categorical_crossentropy"), "probabilities", "multiclass"),
        (np.eye(3)[IDS] * 0.9 + 0.1 / 3, output((3,), "linear"), "continuous", "regression"),
        (BITS, output((1,), "sigmoid", "binary_crossentropy"), "binary", "binary"),
        (BITS > 0, output((1,), "softmax", "mean_absolute_error"), "binary", "binary"),
        (BITS.astype(float), output((1,), "linear"), "binary", "binary"),
        (BITS, output((2,), "softmax", "sparse_categorical_crossentropy"), "class_ids", "multiclass"),
        (BITS * 2 - 1, output((1,), "tanh", "hinge"), "signed_binary", "binary"),
        (REAL, output((1,)), "continuous", "regression"),
        (REAL[:, None], output((1,), "sigmoid", "binary_crossentropy"), "continuous", "regression"),
        (RNG.integers(0, 126, 60), output((1,)), "continuous", "regression"),
        (IDS, output((1,)), "continuous", "regression"),
        (IDS, output((1,), "sigmoid", "binary_crossentropy"), "class_ids", "multiclass"),
        (RNG.integers(0, 2, (60, 5)), output((5,), "sigmoid", "binary_crossentropy"), "multi_hot", "multilabel"),
        (RNG.integers(0, 2, (60, 5)), output((5,), "softmax", "categorical_crossentropy"), "multi_hot", "multilabel"),
        (RNG.integers(0, 3, (60, 7)), output((7, 3), "softmax"), "class_ids", "sequence_multiclass"),
        (RNG.integers(0, 3, (60, 7, 1)), output((7, 3), "sigmoid"), "class_ids", "sequence_multiclass"),
        (np.eye(3)[RNG.integers(0, 3, (60, 7))], output((7, 3), "softmax"), "one_hot", "sequence_multiclass"),
        (RNG.integers(0, 4, (60, 4, 4)), output((4, 4, 4), "softmax"), "class_ids", "sequence_multiclass"),
        (RNG.integers(0, 2, (60, 4, 4, 1)), output((4, 4, 1), "sigmoid"), "multi_hot", "multilabel"),
        (RNG.integers(0, 2, (60, 7)), output((7, 1), "sigmoid"), "multi_hot", "multilabel"),
        (RNG.normal(size=(60, 4, 4, 3)), output((4, 4, 3)), "continuous", "regression"),
        (RNG.normal(size=(60, 5)), output((5,)), "continuous", "regression"),
        (RNG.normal(size=(60, 5)), output((4,)), "continuous", "unknown"),
        (REAL, output((4,)), "continuous", "unknown"),
        (np.array(["a", "b"] * 30), output((1,)), "unknown", "unknown"),
        (np.full(60, np.nan), output((1,)), "unknown", "unknown"),
    ],
    ids=range(30),
)
def test_encoding_and_task(y: Any, at: OutputFacts, encoding: str, task: str) -> None:
    """Encoding and task follow from the values and the output's shape; the loss is a hint only."""
    found = understand_targets(y, at)

    assert (found.encoding, found.task) == (encoding, task)


def test_inputs_to_be_reproduced_are_values() -> None:
    """An autoencoder's targets are numbers, even where they look like labels."""
    found = understand_targets(np.eye(3)[IDS], output((3,), "sigmoid"), equals_input=True)

    assert (found.encoding, found.task) == ("continuous", "regression")


@pytest.mark.parametrize(
    ("y", "shape", "activation", "task"),
    [
        (BITS, (1,), None, "unknown"),  # a distance: small where the two are alike
        (BITS, (1,), "sigmoid", "binary"),
        (BITS, (1,), "linear", "binary"),
        (IDS, (16,), "linear", "unknown"),  # an embedding that is trained by who is alike
        (IDS, (3,), "linear", "multiclass"),
        (IDS, (16,), "softmax", "multiclass"),
    ],
)
def test_a_loss_of_ones_own_need_not_want_predictions_near_the_targets(
    y: Any, shape: tuple[int, ...], activation: str | None, task: str
) -> None:
    """Predictions are decoded only where the head says what they are."""
    own = replace(output(shape, activation), loss=LossFacts("contrastive", False))

    assert understand_targets(y, own).task == task


def test_shares_and_constant_errors() -> None:
    """The best constant is the most frequent class, the mean, or each label's majority."""
    y = np.array([0] * 6 + [1] * 3 + [2])
    labels = np.array([[1, 0], [1, 1], [1, 0], [0, 0]])

    classes = facts_of(y, output((4,), "softmax", "sparse_categorical_crossentropy"))
    numbers = facts_of(REAL, output((1,)))
    several = facts_of(labels, output((2,), "sigmoid", "binary_crossentropy"))
    pixels = facts_of(RNG.normal(size=(5, 6, 6, 1)), output((6, 6, 1)))

    assert classes.class_shares == (0.6, 0.3, 0.1, 0.0)
    assert classes.classes == 3
    assert classes.constant_error == pytest.approx(0.4)
    assert numbers.constant_error == pytest.approx(REAL.var())
    assert several.class_shares == (0.75, 0.25)
    assert several.constant_error == pytest.approx(0.25)
    assert pixels.constant_error == pytest.approx(1, rel=0.3)


@pytest.mark.parametrize(
    ("loss", "y", "shape"),
    [
        (keras.losses.MeanSquaredError(), RNG.normal(size=(60, 2)), (2,)),
        (keras.losses.MeanAbsoluteError(), RNG.normal(size=(60, 2)), (2,)),
        (keras.losses.Huber(), 3 * RNG.normal(size=(60, 1)), (1,)),
        (keras.losses.LogCosh(), 3 * RNG.normal(size=(60, 1)), (1,)),
        (keras.losses.MeanSquaredLogarithmicError(), RNG.gamma(2.0, size=(60, 1)), (1,)),
        (keras.losses.Poisson(), RNG.poisson(3, (60, 1)).astype(float), (1,)),
        (keras.losses.BinaryCrossentropy(), BITS[:, None].astype(float), (1,)),
        (keras.losses.BinaryCrossentropy(label_smoothing=0.2), RNG.integers(0, 2, (60, 3)).astype(float), (3,)),
        (keras.losses.SparseCategoricalCrossentropy(), IDS, (3,)),
        (keras.losses.SparseCategoricalCrossentropy(), RNG.integers(0, 3, (60, 5)), (5, 3)),
        (keras.losses.CategoricalCrossentropy(label_smoothing=0.1), np.eye(3)[IDS], (3,)),
        (keras.losses.CategoricalCrossentropy(), RNG.integers(0, 2, (60, 4)).astype(float), (4,)),
        (keras.losses.KLDivergence(), RNG.dirichlet([1, 1, 1], 60), (3,)),
        (keras.losses.CategoricalCrossentropy(reduction="sum"), np.eye(3)[IDS], (3,)),
    ],
    ids=range(14),
)
@pytest.mark.parametrize("weighted", [False, True])
def test_constant_losses_are_those_of_keras(loss: Any, y: Any, shape: tuple[int, ...], weighted: bool) -> None:
    """Gradient descent on a constant reaches the stated loss and no lower one."""
    weight = RNG.uniform(0.5, 2, 60) if weighted else None
    name = loss.fn.__name__
    smoothing = loss._fn_kwargs.get("label_smoothing", 0.0)
    at = output(shape, None, name, label_smoothing=smoothing, reduction=loss.reduction)
    facts = facts_of(y, at, weight=weight, batch_size=60)

    positive = name in {"poisson", "mean_squared_logarithmic_error"}
    probable = "crossentropy" in name or name == "kl_divergence"
    constant = keras.Variable(np.zeros(shape[-1], "float32"))
    to_output = (
        (keras.ops.sigmoid if "binary" in name else keras.ops.softmax) if probable else keras.ops.exp if positive else lambda z: z
    )
    reached = best_constant_loss(loss, y, shape, weight, constant, to_output)

    assert facts.constant_loss == pytest.approx(reached, rel=2e-3, abs=2e-3)
    assert facts.loss_floor is not None
    assert facts.constant_loss is not None
    assert facts.loss_floor <= facts.constant_loss + 1e-9


def best_constant_loss(loss: Any, y: Any, shape: tuple[int, ...], weight: Any, constant: Any, to_output: Any) -> float:
    """What training a constant by Adam comes to."""
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(0.05)
    targets = tf.constant(y)
    weights: Any = None
    if weight is not None:
        by_row = weight if len(shape) == 1 else np.repeat(weight[:, None], shape[0], axis=1)
        weights = tf.constant(by_row, tf.float32)

    def train() -> Any:
        value = tf.constant(0.0)
        for _ in tf.range(400):
            with tf.GradientTape() as tape:
                outputs = tf.broadcast_to(to_output(constant.value), (len(y), *shape))
                value = loss(targets, outputs, sample_weight=weights)
            optimizer.apply([tape.gradient(value, constant.value)], [constant])
        return value

    optimizer.build([constant])
    return float(tf.function(train)())


def test_floors() -> None:
    """Label smoothing and soft labels leave a loss that no model gets below; distances go down to zero."""
    smoothed = facts_of(np.eye(3)[IDS], output((3,), "softmax", "categorical_crossentropy", label_smoothing=0.1))
    soft = np.array([1 - 0.1 + 0.1 / 3, 0.1 / 3, 0.1 / 3])

    assert smoothed.loss_floor == pytest.approx(-(soft * np.log(soft)).sum())
    assert facts_of(REAL, output((1,))).loss_floor == 0
    assert facts_of(REAL, output((1,), "sigmoid", "binary_crossentropy")).loss_floor is None
    assert facts_of(REAL, output((1,), "linear", "cosine_similarity")).constant_loss is None
    assert facts_of(REAL, output((1,), "linear", "huber"), plain_loss=False).constant_loss is None
    assert facts_of(IDS, output((2,), "softmax", "sparse_categorical_crossentropy")).constant_loss is None


def test_runs_of_equal_labels() -> None:
    """Sorted labels have long runs."""
    assert longest_run(np.array([0, 0, 0, 1, 1, 0]), "class_ids") == 0.5
    assert longest_run(np.eye(2)[[0, 1, 1, 0]], "one_hot") == 0.5
    assert longest_run(REAL, "continuous") is None
