"""Trying a loss on made-up predictions: its values, its gradients, and which of Keras' losses it is a multiple of."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.seen.loss import Broadcast, Course, Likeness
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.looks.predictions import Line, Space

TILES = 8
"""How often the batch is repeated to see whether the loss grows with it."""

_TILED_ROWS = 8
_EQUAL = 1e-4
"""Relative difference up to which two numbers computed in float32 in different ways are the same."""

_UNTOUCHED = 1e-6
"""The same for two numbers computed in the same way."""

_LIKENESS_TRIALS = tuple((position, 0.3, seed) for seed, position in enumerate((-0.6, -0.2, 0.2, 0.5, 0.7, 0.9)))
"""Places on the line, and how far around them, where a loss is compared with Keras'; at these no two of Keras' are multiples."""

_SWAPPED_FACTORS = (0.5, 2.0)
"""An entropy with its arguments swapped is linear in the predictions, as the overlap of Dice is; its slope, the logarithm of what
keeps it from zero (-16 for Keras' 1e-7, -28 for 1e-12), tells them apart."""

Loss = Callable[[Any, Any], Any]


def value(loss: Loss, targets: Any, predictions: Any) -> float:
    """The loss as one number, summed where it is not reduced.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them.
        predictions: The same.
    """
    return float(tf.reduce_sum(tf.cast(loss(targets, tf.convert_to_tensor(predictions)), tf.float32)))


def gradient(loss: Loss, targets: Any, predictions: Any) -> Array:
    """Its gradient with respect to the predictions, zero where there is no way back to them.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them.
        predictions: Floats.
    """
    given = tf.convert_to_tensor(predictions)
    with tf.GradientTape() as tape:
        tape.watch(given)
        total = tf.reduce_sum(tf.cast(loss(targets, given), tf.float32))
    found = tape.gradient(total, given, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return np.asarray(tf.convert_to_tensor(found), np.float64)


def growth(loss: Loss, targets: Any, predictions: Array) -> float | None:
    """How a row's gradient changes when the batch is repeated `TILES` times: 1 for a sum over the rows, 1/TILES for a mean.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them.
        predictions: For these rows.

    Returns:
        None where there is no gradient.
    """
    y, p = targets[:_TILED_ROWS], predictions[:_TILED_ROWS]
    once = np.linalg.norm(gradient(loss, y, p))
    tiled = gradient(loss, tf.concat([y] * TILES, axis=0), np.concatenate([p] * TILES))
    many = np.linalg.norm(tiled[: len(p)])
    return float(many / once) if once > 0 and np.isfinite(many / once) else None


def course(loss: Loss, targets: Any, line: Line) -> Course | None:
    """The loss along the line of predictions; None where it is not finite somewhere on the way.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them.
        line: From the opposite of the targets to them.
    """
    worst, constant, best = (value(loss, targets, line.at(position)) for position in (-1.0, 0.0, 1.0))
    beyond = value(loss, targets, line.at(2.0)) if line.space is Space.NUMBERS else None
    if not np.isfinite([worst, constant, best, beyond or 0.0]).all():
        return None
    way = line.ideal - line.constant()
    # A little disturbed: losses with a kink have it at the constant, and correlations have no gradient where nothing varies.
    downhill = -gradient(loss, targets, line.disturbed(0.0, 0.02, 0))
    return Course(worst, constant, best, beyond, _cosine(downhill, way), _finite(loss, targets, line.exact()))


def broadcast(measure: Callable[[Any, Any], float], targets: Any, line: Line) -> Broadcast | None:
    """What becomes of targets whose shape differs from the predictions' by axes of one.

    Where every target meets every prediction, it makes no difference which rows belong together.

    Args:
        measure: A loss or a metric, of targets and predictions, as a number.
        targets: As the user gave them.
        line: Of predictions of the output's shape.

    Returns:
        None where the shapes are the same or do not hold equally many numbers.
    """
    shape = line.ideal.shape
    if tuple(targets.shape) == shape or int(np.prod(targets.shape)) != line.ideal.size or len(shape) == len(targets.shape):
        return None
    aligned = tf.reshape(targets, shape)
    near = line.at(1.0)
    order = np.random.default_rng(0).permutation(len(near))
    given, right = measure(targets, near), measure(aligned, near)
    tells_given = not _same(given, measure(targets, near[order]), _UNTOUCHED)
    tells_right = not _same(right, measure(aligned, near[order]), _UNTOUCHED)
    return Broadcast(
        tuple(targets.shape), shape, given, right, tells_right and not tells_given and not _same(given, right, _EQUAL)
    )


def uses_targets(loss: Loss, targets: Any, line: Line) -> tuple[bool, bool] | None:
    """Whether value and gradient depend on the targets; None where the targets never differ.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them.
        line: Of predictions.
    """
    flat = np.asarray(targets).reshape(len(targets), -1)
    if not (flat != flat[0]).any():
        return None
    # One row's targets for all changes their distribution, which a shuffle does not; a shuffle changes who is alike.
    order = np.random.default_rng(1).permutation(len(flat))
    given = (targets, tf.gather(targets, order), tf.repeat(targets[:1], len(flat), axis=0))
    predictions = line.disturbed(0.3, 0.5, 1)
    values = [value(loss, each, predictions) for each in given]
    found = [gradient(loss, each, predictions) for each in given]
    if not np.isfinite(values).all() or not all(np.isfinite(each).all() for each in found):
        return None
    size = max(float(np.abs(each).max()) for each in found)
    apart = max(float(np.abs(each - found[0]).max()) for each in found[1:])
    return not all(_same(values[0], each, _UNTOUCHED) for each in values[1:]), apart > _UNTOUCHED * size


def slopes(loss: Loss, targets: Any, line: Line) -> tuple[bool, bool]:
    """Whether the gradient is zero wherever it was tried, and whether it is the same everywhere.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them.
        line: Of predictions.
    """
    tried = [gradient(loss, targets, line.disturbed(position, 0.5, seed)) for seed, position in enumerate((-0.5, 0.0, 0.5))]
    flat = all(not each.any() for each in tried)
    size = float(np.abs(tried[0]).max())
    return flat, not flat and all(float(np.abs(each - tried[0].flat[0]).max()) <= _UNTOUCHED * size for each in tried)


def worst_share(loss: Loss, targets: Any, line: Line) -> float | None:
    """Share of the gradient, at the best constant, that the hundredth of the rows with the largest gradients carries.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them, at least 100 rows for an answer.
        line: Of predictions.
    """
    rows = len(line.ideal)
    if rows < 100:
        return None
    sizes = np.sort(np.linalg.norm(gradient(loss, targets, line.at(0.0)).reshape(rows, -1), axis=1))
    total = float(sizes.sum())
    return float(sizes[-(rows // 100) :].sum()) / total if np.isfinite(total) and total > 0 else None


def likeness(loss: Loss, targets: Any, line: Line) -> Likeness | None:
    """Which of Keras' losses a loss is a multiple of, on all predictions that are tried.

    Args:
        loss: Of targets and predictions.
        targets: As the loss is handed them.
        line: Of predictions.
    """
    tried = [line.disturbed(*place) for place in _LIKENESS_TRIALS]
    values = np.array([value(loss, targets, predictions) for predictions in tried])
    if not np.isfinite(values).all() or np.ptp(values) <= 0.01 * np.abs(values).max():
        return None
    for reference, name, from_logits, swapped in _references(line):
        others = np.array([float(np.mean(reference(line.ideal, predictions))) for predictions in tried])
        if not np.isfinite(others).all() or not others.any():
            continue
        factor = float(values @ others / (others @ others))
        if swapped and not _SWAPPED_FACTORS[0] <= abs(factor) <= _SWAPPED_FACTORS[1]:
            continue
        if factor and np.abs(values - factor * others).max() <= _EQUAL * np.abs(values).max():
            return Likeness(name, from_logits, factor, swapped)
    return None


def _references(line: Line) -> list[tuple[Loss, str, bool | None, bool]]:
    """Keras' losses that make sense here: the function, its name, from_logits, whether the arguments are swapped."""
    losses = keras.losses
    lopsided: list[tuple[Any, bool | None]]
    distances: list[Any] = [losses.mean_squared_error, losses.mean_squared_logarithmic_error, losses.huber, losses.log_cosh]
    if line.space is Space.NUMBERS:
        lopsided = [(losses.mean_absolute_percentage_error, None), (losses.poisson, None)]
    else:
        entropy = losses.categorical_crossentropy if line.space.of_rows else losses.binary_crossentropy
        lopsided = [(entropy, False), (entropy, True), (losses.kl_divergence, None)]
    if not line.space.of_rows:  # for rows that sum to one the overlap of Dice is a multiple of it, and no distance
        distances.append(losses.mean_absolute_error)
    found: list[tuple[Loss, str, bool | None, bool]] = []
    for function, from_logits in lopsided:
        settled = function if from_logits is None else partial(function, from_logits=from_logits)
        found.append((settled, function.__name__, from_logits, False))
        found.append((partial(_swapped, settled), function.__name__, from_logits, True))
    return found + [(each, each.__name__, None, False) for each in distances]


def _swapped(loss: Loss, targets: Array, predictions: Array) -> Any:
    return loss(predictions, targets)


def _finite(loss: Loss, targets: Any, predictions: Array) -> bool:
    return bool(np.isfinite(value(loss, targets, predictions)) and np.isfinite(gradient(loss, targets, predictions)).all())


def _cosine(first: Array, second: Array) -> float:
    """Cosine between two arrays, both without their mean over the rows; 0 where either does not vary."""
    one, other = (array - array.mean(axis=0) for array in (first.astype(np.float64), second.astype(np.float64)))
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum()) / size if np.isfinite(size) and size > 0 else 0.0


def _same(first: float, second: float, tolerance: float) -> bool:
    return abs(first - second) <= tolerance * max(abs(first), abs(second))
