"""Scores from raw predictions: decoded by task and encoding, compared with the best constant predictor on the same rows.

How predictions are decoded:

- class ids and one-hot rows: the largest of several values; a single value is rounded to the nearest class.
- 0/1 targets, one or many: a threshold of 0.5, since the middle of 0 and 1 is what a probability, a clipped logit and a
least-squares fit
  are all trained towards. The threshold is 0 where the loss takes logits (`from_logits=True`, hinge losses) and not all
  predictions
  lie in [0, 1], and for a loss of the user's own when some prediction lies outside [0, 1].
- -1/+1 targets: a threshold of 0.
- numbers: as they are, compared by the mean squared error.

A prediction that is NaN is a wrong class; among numbers, one that is not finite makes the whole score that of the constant
predictor (skill 0), with `nonfinite` to tell.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dnndoctor.evidence.outcome import OutputScore

Array: TypeAlias = npt.NDArray[Any]


def score_output(
    predictions: Array,
    targets: Array | None,
    task: str,
    encoding: str,
    takes_logits: bool | None,
    weights: Array | None = None,
) -> OutputScore:
    """The score of one output.

    Args:
        predictions: Raw, (rows, ...).
        targets: As the user gave them, (rows, ...); None where there are none.
        task: `TargetFacts.task`.
        encoding: `TargetFacts.encoding`.
        takes_logits: Whether the loss is on logits; None where it cannot be told.
        weights: Sample weights, (rows,) or (rows, steps). What has no weight is not asked of the model and does not count; what
            has some counts once, since errors are told in the user's own units.

    Returns:
        Error and skill where the predictions can be decoded, and what they look like in any case.
    """
    predictions = np.asarray(predictions, np.float64)
    if weights is not None and targets is not None:
        predictions, targets = _counted(predictions, np.asarray(targets), np.asarray(weights) != 0)
    with np.errstate(all="ignore"):  # predictions of a model that blew up overflow here, too, and the scores say so
        return _score(predictions, targets, task, encoding, takes_logits)


def _counted(predictions: Array, targets: Array, counts: Array) -> tuple[Array, Array]:
    """What has weight; everything where nothing has, or where the weights are of another form than rows or steps."""
    if counts.ndim > 1 and counts.shape[-1] == 1:
        counts = counts[..., 0]
    shape = counts.shape
    if not counts.any() or predictions.shape[: counts.ndim] != shape or targets.shape[: counts.ndim] != shape:
        return predictions, targets
    return predictions[counts], targets[counts]


def _score(values: Array, targets: Array | None, task: str, encoding: str, takes_logits: bool | None) -> OutputScore:
    finite = np.isfinite(values)
    known = values[finite]
    error, constant = (None, None) if targets is None else _errors(values, np.asarray(targets), task, encoding, takes_logits)
    overall = float(np.sqrt(np.mean(np.square(known)))) if known.size else 0.0
    by_row = np.where(finite, values, 0.0).reshape(len(values), -1)
    spread = float(np.mean(np.std(by_row, axis=0))) if values.size else 0.0
    return OutputScore(
        error=error,
        skill=None if error is None or not constant else 1.0 - error / constant,
        minimum=_or_nan(known, np.min),
        maximum=_or_nan(known, np.max),
        mean=_or_nan(known, np.mean),
        std=_or_nan(known, np.std),
        nonfinite=int(values.size - known.size),
        varies=spread / overall if overall > 0 else 0.0,
        outside_unit=float(np.mean((known < 0) | (known > 1))) if known.size else 0.0,
    )


def takes_logits(loss: Any) -> bool | None:
    """Whether a loss is on logits.

    Args:
        loss: As compiled for one output: a name, a function or an object.

    Returns:
        None for a loss of the user's own.
    """
    set_to = getattr(loss, "from_logits", None)
    if set_to is not None:
        return bool(set_to)
    if isinstance(loss, str):
        return "hinge" in loss
    home = loss if hasattr(loss, "__name__") else type(loss)
    if home.__module__.split(".")[0] != "keras":
        return None
    return "hinge" in home.__name__.lower()


def _errors(
    values: Array, targets: Array, task: str, encoding: str, takes_logits: bool | None
) -> tuple[float | None, float | None]:
    """The error of the predictions and of the best constant on these rows; (None, None) where nothing can be decoded."""
    if task in ("multiclass", "sequence_multiclass"):
        truth = targets.argmax(axis=-1) if encoding in ("one_hot", "probabilities") else targets
        return _class_errors(values, truth.astype(np.int64))
    if task == "binary" and values.ndim > 1 and values.shape[-1] == 2 and values[..., 0].size == targets.size:
        return _class_errors(
            values, (targets > 0.5).astype(np.int64) if encoding != "signed_binary" else (targets > 0).astype(np.int64)
        )
    if values.size != targets.size or not values.size:
        return None, None
    targets = targets.reshape(len(targets), -1).astype(np.float64)
    values = values.reshape(targets.shape)
    if task in ("binary", "multilabel"):
        signed = encoding == "signed_binary"
        truth = np.asarray(targets > (0.0 if signed else 0.5))
        answers: Array = values > (0.0 if signed else _threshold(values, takes_logits))
        wrong = np.asarray((answers != truth) | np.isnan(values))
        share = np.asarray(truth.mean(axis=0))
        return float(wrong.mean()), float(np.minimum(share, 1.0 - share).mean())
    if task == "regression":
        constant = float(np.square(targets - targets.mean(axis=0)).mean())
        if not np.isfinite(values).all():
            return constant, constant
        return float(np.square(values - targets).mean()), constant
    return None, None


def _class_errors(values: Array, truth: Array) -> tuple[float | None, float | None]:
    truth = truth.reshape(-1)
    if values.size == truth.size:
        values = values.reshape(-1)
        answers, bad = np.rint(np.nan_to_num(values, posinf=0.0, neginf=0.0)), ~np.isfinite(values)
    elif values.ndim > 1 and values.size // values.shape[-1] == truth.size:
        values = values.reshape(truth.size, -1)
        answers, bad = (
            np.argmax(np.nan_to_num(values, nan=-np.inf, neginf=-np.inf), axis=-1),
            np.asarray(np.isnan(values).any(axis=-1)),
        )
    else:
        return None, None
    constant = 1.0 - float(np.unique(truth, return_counts=True)[1].max()) / truth.size
    return float(((answers != truth) | bad).mean()), constant


def _threshold(values: Array, takes_logits: bool | None) -> float:
    known = values[np.isfinite(values)]
    outside = bool(((known < 0) | (known > 1)).any())
    return 0.0 if outside and takes_logits is not False else 0.5


def _or_nan(values: Array, moment: Any) -> float:
    return float(moment(values)) if values.size else float("nan")
