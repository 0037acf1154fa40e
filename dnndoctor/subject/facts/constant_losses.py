"""What Keras' own losses come to: their smallest value on given targets, and the value of the best constant predictor.

All values are those that training reports: averaged as the loss' reduction says, with its sample weights, without `loss_weights`.
A constant is chosen for each entry of the last axis.
"""

from collections.abc import Callable

import numpy as np

from dnndoctor.evidence.facts import LossFacts
from dnndoctor.subject.blueprint import Array

_SEARCH_STEPS = 80
"""Of the golden section: its bracket shrinks by 0.618 each time, so to 1e-16 of the targets' range."""


def loss_floor(
    y: Array, loss: LossFacts, output_shape: tuple[int | None, ...], weight: Array | None, batch_size: int
) -> float | None:
    """The smallest value that a loss can take on these targets.

    Args:
        y: Targets.
        loss: Keras' own.
        output_shape: Of the output, without the batch axis.
        weight: Sample weights, None where there are none.
        batch_size: For sums over the batch.

    Returns:
        None where it is not known or not bounded.
    """
    if loss.name in _DISTANCES:
        return 0.0
    prepared = _prepare(y, loss, output_shape, weight)
    if prepared is None:
        return None
    targets, weights, positions = prepared
    floor = _FLOORS.get(loss.name)
    if floor is None:
        return None
    return _reduced(floor(targets), weights, loss, positions, batch_size)


def constant_loss(
    y: Array, loss: LossFacts, output_shape: tuple[int | None, ...], weight: Array | None, batch_size: int
) -> float | None:
    """The loss of the best constant predictor.

    Args:
        y: Targets.
        loss: Keras' own.
        output_shape: Of the output, without the batch axis.
        weight: Sample weights, None where there are none.
        batch_size: For sums over the batch.

    Returns:
        None where it is not known.
    """
    prepared = _prepare(y, loss, output_shape, weight)
    best = _CONSTANTS.get(loss.name)
    if prepared is None or best is None:
        return None
    targets, weights, positions = prepared
    if not weights.sum() > 0:
        return None
    return _reduced(best(targets, weights / weights.sum()), weights, loss, positions, batch_size)


def by_step(y: Array, output_shape: tuple[int | None, ...]) -> Array:
    """Targets as a table of steps by entries; targets that lack the output's last axis of one get it.

    Args:
        y: Targets.
        output_shape: Of the output, without the batch axis.
    """
    if y.ndim == 1 or (y.ndim == len(output_shape) and output_shape[-1] == 1):
        return y.reshape(-1, 1)
    return y.reshape(-1, y.shape[-1])


def _prepare(
    y: Array, loss: LossFacts, output_shape: tuple[int | None, ...], weight: Array | None
) -> tuple[Array, Array, int] | None:
    """Targets as a table (steps, entries) as the loss sees them, weights by step, and steps a row; None where it cannot be."""
    if y.dtype.kind not in "biuf" or not len(y):
        return None
    if loss.name in _SPARSE:
        units = output_shape[-1] if output_shape else None
        flat = y.ravel().astype(np.float64)
        if units is None or not np.isfinite(flat).all() or flat.min() < 0 or flat.max() >= units or units * flat.size > 10**8:
            return None
        table = np.eye(units)[flat.astype(np.int64)]
    else:
        table = by_step(y, output_shape).astype(np.float64)
    if not np.isfinite(table).all():
        return None
    if (loss.name in _OF_COUNTS and (table < 0).any()) or (loss.name in _OF_PROBABILITIES and (table > 1).any()):
        return None  # not bounded below
    smoothing = loss.label_smoothing
    if smoothing and loss.name == "categorical_crossentropy":
        table = table * (1 - smoothing) + smoothing / table.shape[1]
    elif smoothing and loss.name == "binary_crossentropy":
        table = table * (1 - smoothing) + smoothing / 2
    positions = max(1, len(table) // len(y))
    weights = _weights_by_step(weight, len(y), positions)
    return None if weights is None else (table, weights, positions)


def _weights_by_step(weight: Array | None, rows: int, positions: int) -> Array | None:
    if weight is None:
        return np.ones(rows * positions)
    flat = np.asarray(weight, dtype=np.float64).reshape(rows, -1)
    if flat.shape[1] not in (1, positions) or not np.isfinite(flat).all():
        return None
    return np.broadcast_to(flat, (rows, positions)).ravel()


def _reduced(values: Array | float, weights: Array, loss: LossFacts, positions: int, batch_size: int) -> float | None:
    """A mean loss as Keras' reduction reports it; a constant's value is already the weighted mean over steps."""
    weighted = isinstance(values, np.ndarray) and weights.sum() > 0
    value = float((values * weights).sum() / weights.sum()) if weighted else float(np.mean(values))
    mean_weight = float(weights.mean())
    if loss.reduction == "sum_over_batch_size":
        return value * mean_weight
    if loss.reduction == "sum":
        return value * mean_weight * positions * batch_size
    return value if loss.reduction in {"mean", "mean_with_sample_weight"} else None


def _plogp(p: Array) -> Array:
    return np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), 0.0)


def _binary_entropy(p: Array) -> Array:
    return np.asarray(-(_plogp(p) + _plogp(1 - p)))


def _cross_entropy(t: Array) -> Array:
    """Of targets t against the distribution nearest to them, t / sum(t); Keras normalises the predictions."""
    total = t.sum(axis=-1)
    return np.asarray(-_plogp(t).sum(axis=-1) + _plogp(total))


def _mean(t: Array, w: Array) -> Array:
    return np.asarray((t * w[:, None]).sum(axis=0))


def _variance(t: Array, w: Array) -> float:
    return float((((t - _mean(t, w)) ** 2) * w[:, None]).sum(axis=0).mean())


def _absolute(t: Array, w: Array) -> float:
    total = 0.0
    for column in t.T:
        order = np.argsort(column)
        middle = int(np.searchsorted(np.cumsum(w[order]), 0.5))
        total += float((np.abs(column - column[order][min(middle, len(column) - 1)]) * w).sum())
    return total / int(t.shape[1])


def _searched(loss: Callable[[Array], Array]) -> Callable[[Array, Array], float]:
    """The best constant of a convex loss of the error, by golden section within the range of the targets."""

    def best(t: Array, w: Array) -> float:
        golden = (np.sqrt(5) - 1) / 2
        low, high = t.min(axis=0), t.max(axis=0)

        def at(c: Array) -> Array:
            return np.asarray((loss(t - c) * w[:, None]).sum(axis=0))

        for _ in range(_SEARCH_STEPS):
            left, right = high - golden * (high - low), low + golden * (high - low)
            lower_left = at(left) < at(right)
            low, high = np.where(lower_left, low, left), np.where(lower_left, right, high)
        return float(at((low + high) / 2).mean())

    return best


def _huber(error: Array) -> Array:
    size = np.abs(error)  # delta is 1 by default; facts hold no other setting
    return np.where(size <= 1, 0.5 * size**2, size - 0.5)


def _log_cosh(error: Array) -> Array:
    size = np.abs(error)
    return np.asarray(size + np.log1p(np.exp(-2 * size)) - np.log(2))


def _poisson(t: Array, w: Array) -> float:
    mean = _mean(t, w)
    return float((mean - _plogp(mean)).mean())


def _divergence(t: Array, w: Array) -> float:
    mean = _mean(t, w)
    return float((_plogp(t).sum(axis=-1) * w).sum() - (mean * np.log(np.where(mean > 0, mean, 1.0))).sum())


_SPARSE = frozenset({"sparse_categorical_crossentropy"})
_OF_PROBABILITIES = frozenset({"binary_crossentropy", "categorical_crossentropy", "kl_divergence"})
_OF_COUNTS = _OF_PROBABILITIES | {"poisson", "sparse_categorical_crossentropy"}
_DISTANCES = frozenset(
    {
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
        "hinge",
        "squared_hinge",
        "categorical_hinge",
        "kl_divergence",
    }
)
"""Losses whose smallest value is zero whatever the targets."""

_FLOORS: dict[str, Callable[[Array], Array]] = {
    "binary_crossentropy": lambda t: np.asarray(_binary_entropy(t).mean(axis=-1)),
    "categorical_crossentropy": _cross_entropy,
    "sparse_categorical_crossentropy": _cross_entropy,
    "poisson": lambda t: np.asarray((t - _plogp(t)).mean(axis=-1)),
}

_CONSTANTS: dict[str, Callable[[Array, Array], float]] = {
    "mean_squared_error": _variance,
    "mean_absolute_error": _absolute,
    "huber": _searched(_huber),
    "log_cosh": _searched(_log_cosh),
    "mean_squared_logarithmic_error": lambda t, w: _variance(np.log1p(np.maximum(t, 0)), w),
    "poisson": _poisson,
    "binary_crossentropy": lambda t, w: float(_binary_entropy(_mean(t, w)).mean()),
    "categorical_crossentropy": lambda t, w: float(_cross_entropy(_mean(t, w)[None])[0]),
    "sparse_categorical_crossentropy": lambda t, w: float(_cross_entropy(_mean(t, w)[None])[0]),
    "kl_divergence": _divergence,
}
