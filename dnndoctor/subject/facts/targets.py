"""What the targets of an output are: how they are encoded, and what task they and the output make together.

Definitions. A *step* is one position with a decision of its own: a row's only one, or each position of a sequence or an image.
The best *constant predictor* says the same at all steps of all rows, separately for each entry of the last axis (as a bias can).
"""

from dataclasses import dataclass

import numpy as np

from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import OutputFacts
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.array_facts import array_facts
from dnndoctor.subject.facts.constant_losses import by_step, constant_loss, loss_floor

CLASSES_LIMIT = 1000
"""Shares are listed for so many classes at most."""

_ONE_HOT_SUM = 1e-3
"""Rows of probabilities in float32 or float16 sum to one within this."""

_FEW_LABELS = 20
"""Whole numbers of at most so many kinds, under a loss for classes and a single unit, are class ids for too narrow an output."""

_CLASS_LOSSES = frozenset(
    {
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "sparse_categorical_crossentropy",
        "categorical_hinge",
        "hinge",
        "squared_hinge",
        "kl_divergence",
        "dice",
        "tversky",
    }
)
_CLASS_HEADS = frozenset({"softmax", "sigmoid", "log_softmax"})
_PLAIN_HEADS = _CLASS_HEADS | {"linear", "tanh", "hard_sigmoid"}
"""Activations behind which a single number stands for the class that it is nearest to, whichever loss it is trained with."""


@dataclass(frozen=True)
class Understood:
    """Encoding and task of some targets, with the names that `TargetFacts` uses."""

    encoding: str
    task: str


def target_facts(
    y: Array,
    name: str,
    output: OutputFacts,
    *,
    equals_input: bool,
    weight: Array | None,
    batch_size: int,
    plain_loss: bool = True,
    mask: Array | None = None,
) -> TargetFacts:
    """Facts of the targets of one output.

    Args:
        y: The targets.
        name: What the user calls them.
        output: The output they belong to.
        equals_input: Whether they are one of the inputs (an autoencoder's).
        weight: Sample weights, None where there are none.
        batch_size: For losses that are sums over the batch.
        plain_loss: Whether the settings of the loss that its facts do not hold (`delta`, `axis`, ...) are Keras' defaults.
        mask: (rows, steps), true at the steps that the model counts; None where it counts all.
    """
    understood = understand_targets(y, output, equals_input=equals_input)
    counted = y
    if mask is not None and y.shape[: mask.ndim] == mask.shape and mask.any():
        counted = y[mask]
        weight = _masked(weight, mask)
    shares = class_shares(counted, understood, output)
    classes = None
    if shares is not None:
        classes = int((shares > 0).sum()) if understood.encoding != "multi_hot" else int(y.shape[-1])
    loss = output.loss if output.loss is not None and output.loss.built_in and understood.encoding != "unknown" else None
    return TargetFacts(
        output=output.name,
        array=array_facts(y, name),
        encoding=understood.encoding,
        task=understood.task,
        classes=classes,
        class_shares=() if shares is None else tuple(float(share) for share in shares[:CLASSES_LIMIT]),
        constant_error=constant_error(counted, understood, output),
        loss_floor=None if loss is None else loss_floor(y, loss, output.shape, weight, batch_size),
        constant_loss=None if loss is None or not plain_loss else constant_loss(y, loss, output.shape, weight, batch_size),
    )


def _masked(weight: Array | None, mask: Array) -> Array:
    """Weights by step as Keras' losses take them: those of counted steps are scaled up for the ones that are not."""
    given = np.ones(mask.shape) if weight is None else np.asarray(weight, dtype=np.float64).reshape(len(mask), -1)
    return np.asarray(given * mask * (mask.size / mask.sum()))


def understand_targets(y: Array, output: OutputFacts, *, equals_input: bool = False) -> Understood:
    """Encoding and task of some targets.

    Args:
        y: The targets.
        output: The output they belong to.
        equals_input: Whether they are one of the inputs: then they are values to be reproduced, whatever they look like.
    """
    if y.dtype.kind not in "biuf" or not np.isfinite(y).any():
        return Understood("unknown", "unknown")
    rank = len(output.shape)
    width = output.shape[-1] if output.shape else 1
    row = y.shape[1:]
    ids_shape = row[:-1] if row and row[-1] == 1 else row
    if equals_input:
        return Understood("continuous", "regression")
    if width is not None and width > 1 and len(ids_shape) == rank - 1 and row != output.shape:
        return _of_ids(y, output, sequence=rank > 1)
    if not ids_shape and len(row) <= 1:
        return _of_single_number(y, output)
    return _of_vector(y, output)


def _of_ids(y: Array, output: OutputFacts, *, sequence: bool) -> Understood:
    """One number a step for an output of several units: class ids, if they can be.

    Under a loss of the user's own the units need not be the classes: an embedding that is trained by who is alike has any number.
    """
    if not _whole(y) or _minimum(y) < 0:
        return Understood("continuous", "unknown")
    if _own_loss(output) and output.activation not in _CLASS_HEADS and output.shape[-1] != int(np.nanmax(y)) + 1:
        return Understood("class_ids", "unknown")
    return Understood("class_ids", "sequence_multiclass" if sequence else "multiclass")


def _of_single_number(y: Array, output: OutputFacts) -> Understood:
    values = _few_values(y)
    if values is not None and values <= {0.0, 1.0}:
        # A loss of the user's own may have small numbers mean 1, as a distance between two that are alike does.
        told = not _own_loss(output) or output.activation in _PLAIN_HEADS
        return Understood("binary", "binary" if told else "unknown")
    if values == {-1.0, 1.0}:
        return Understood("signed_binary", "binary")
    for_classes = (output.loss is not None and output.loss.name in _CLASS_LOSSES) or output.activation in _CLASS_HEADS
    if values is not None and len(values) <= _FEW_LABELS and _whole(y) and for_classes and _minimum(y) >= 0:
        return Understood("class_ids", "multiclass")
    wide = bool(output.shape) and output.shape[-1] not in (None, 1)
    return Understood("continuous", "unknown" if wide else "regression")


def _of_vector(y: Array, output: OutputFacts) -> Understood:
    """Several numbers a row: a code for classes, several labels, or values."""
    steps = len(y.shape) > 2
    width = y.shape[-1]
    finite = y[np.isfinite(y).reshape(len(y), -1).all(axis=1)]
    bounded = finite.size > 0 and bool((finite >= 0).all() and (finite <= 1).all())
    fits = _fits(y.shape[1:], output.shape)
    if bounded and width > 1:
        sums_to_one = bool((np.abs(finite.astype(np.float64).sum(axis=-1) - 1) < _ONE_HOT_SUM).all())
        whole = bool((finite == np.rint(finite)).all())
        if whole and sums_to_one:
            return Understood("one_hot", "sequence_multiclass" if steps else "multiclass")
        if sums_to_one and _is_for_classes(output):
            return Understood("probabilities", "sequence_multiclass" if steps else "multiclass")
        if whole:
            return Understood("multi_hot", "multilabel" if fits else "unknown")
    elif bounded and _whole(finite):
        return Understood("multi_hot", "multilabel" if fits else "unknown")  # one 0/1 number at each step, as a mask
    return Understood("continuous", "regression" if fits else "unknown")


def class_shares(y: Array, understood: Understood, output: OutputFacts) -> Array | None:
    """Share of each class by id; of each label for several labels; None where there are no classes.

    Args:
        y: The targets.
        understood: What they are.
        output: The output they belong to; its units say how many classes there can be.
    """
    if understood.encoding == "multi_hot":
        return np.asarray(np.nan_to_num(y.reshape(-1, y.shape[-1]).astype(np.float64)).mean(axis=0))
    labels = label_ids(y, understood.encoding)
    if labels is None or not len(labels):
        return None
    units = output.shape[-1] if output.shape and output.shape[-1] else 0
    least = y.shape[-1] if understood.encoding in {"one_hot", "probabilities"} else 2 if understood.task == "binary" else units
    top = int(labels.max())
    if top >= 10 * CLASSES_LIMIT:  # ids of a sparse vocabulary: shares by rank of id would say nothing
        _, counts = np.unique(labels, return_counts=True)
    else:
        counts = np.bincount(labels, minlength=least)
    return counts / len(labels)


def label_ids(y: Array, encoding: str) -> Array | None:
    """The class at every step, one after another; None where there are no classes. Rows that are not finite are left out.

    Args:
        y: The targets.
        encoding: As `TargetFacts.encoding`.
    """
    if encoding in {"one_hot", "probabilities"}:
        return np.asarray(np.argmax(np.nan_to_num(y), axis=-1)).ravel()
    if encoding == "signed_binary":
        return (y.ravel() > 0).astype(np.int64)
    if encoding in {"class_ids", "binary"}:
        flat = y.ravel()
        return np.asarray(flat[np.isfinite(flat)], dtype=np.int64)
    return None


def constant_error(y: Array, understood: Understood, output: OutputFacts) -> float | None:
    """Error of the best constant predictor in the units of the skill; see `TargetFacts.constant_error`.

    Args:
        y: The targets.
        understood: What they are.
        output: The output they belong to.
    """
    if understood.task == "regression":
        table = by_step(y, output.shape).astype(np.float64)
        table = np.where(np.isfinite(table), table, np.nan)
        table = table[:, ~np.isnan(table).all(axis=0)]
        return float(np.nanmean(np.nanvar(table, axis=0))) if table.size else None
    if understood.task == "unknown":
        return None
    shares = class_shares(y, understood, output)
    if shares is None:
        return None
    if understood.task == "multilabel":
        return float(np.minimum(shares, 1 - shares).mean())
    return float(1 - shares.max())


def longest_run(y: Array, encoding: str) -> float | None:
    """Longest run of rows with the same class, as a share of the rows; None where rows have no class.

    Args:
        y: The targets in the user's order.
        encoding: As `TargetFacts.encoding`.
    """
    labels = label_ids(y, encoding)
    if labels is None or len(labels) != len(y) or len(y) < 1:
        return None
    changes = np.flatnonzero(np.diff(labels)) + 1
    return float(np.diff(np.concatenate([[0], changes, [len(labels)]])).max() / len(labels))


def _own_loss(output: OutputFacts) -> bool:
    return output.loss is not None and not output.loss.built_in


def _is_for_classes(output: OutputFacts) -> bool:
    return output.activation == "softmax" or (output.loss is not None and output.loss.name in _CLASS_LOSSES)


def _fits(row: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    """Whether targets and output have an entry for each other's, leaving axes of one aside."""
    one, other = ([size for size in sizes if size != 1] for sizes in (row, shape))
    return len(one) == len(other) and all(size is None or size == given for given, size in zip(one, other, strict=True))


def _few_values(y: Array) -> set[float] | None:
    values = np.unique(y[np.isfinite(y)].astype(np.float64))
    return {float(value) for value in values} if len(values) <= _FEW_LABELS else None


def _whole(y: Array) -> bool:
    finite = y[np.isfinite(y)].astype(np.float64)
    return bool((finite == np.rint(finite)).all())


def _minimum(y: Array) -> float:
    return float(np.min(y[np.isfinite(y)]))
