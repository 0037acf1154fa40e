"""Classes in the user's batches, and in training against validation rows."""

import numpy as np

from dnndoctor.evidence.split_scan import BatchMix, ClassSplit
from dnndoctor.subject.blueprint import Array

_SEED = 0
_SHOWN = 10
_DRAWS = 20


def batch_mix(labels: Array, batch_size: int, output: str) -> BatchMix | None:
    """The classes of consecutive batches, beside those of the same rows shuffled.

    Args:
        labels: A class each row, in the order in which batches are cut.
        batch_size: Rows a batch.
        output: Its name.

    Returns:
        None where there are fewer than two whole batches, or batches of one row.
    """
    classes, ids = np.unique(labels, return_inverse=True)
    batches = len(ids) // batch_size
    if batch_size < 2 or batches < 2 or len(classes) < 2:
        return None
    single, distance = _mixed(ids[: batches * batch_size].reshape(batches, batch_size), len(classes))
    shuffled = np.random.default_rng(_SEED).permutation(ids)[: batches * batch_size].reshape(batches, batch_size)
    _, by_chance = _mixed(shuffled, len(classes))
    shares = np.bincount(ids) / len(ids)
    return BatchMix(output, batches, len(classes), single, float((shares**batch_size).sum()), distance, by_chance)


def class_split(training: Array, validation: Array, output: str) -> ClassSplit:
    """The classes of training and validation rows, beside those of the same rows split at random.

    Args:
        training: A class each training row.
        validation: A class each validation row.
        output: Its name.
    """
    classes, ids = np.unique(np.concatenate([training, validation]), return_inverse=True)
    trained, validated = ids[: len(training)], ids[len(training) :]
    counts, others = (np.bincount(each, minlength=len(classes)) for each in (trained, validated))
    both = counts + others
    held_out = len(validated) / len(ids)
    new = (counts == 0)[validated]
    rng = np.random.default_rng(_SEED)
    by_chance = []
    for _ in range(_DRAWS):
        drawn = rng.permutation(ids)
        by_chance.append(_apart(np.bincount(drawn[: len(trained)], minlength=len(classes)), both))
    return ClassSplit(
        output=output,
        unseen=float(new.mean()),
        # All n rows of a class are on one side with about the n-th power of that side's share.
        unseen_by_chance=float((both * held_out**both).sum() / max(1, len(validated))),
        unseen_classes=tuple(int(each) for each in classes[(counts == 0) & (others > 0)][:_SHOWN]),
        first_unseen=int(np.argmax(new)) if new.any() else None,
        missing=float((others == 0)[trained].mean()),
        missing_by_chance=float((both * (1 - held_out) ** both).sum() / max(1, len(trained))),
        distance=_apart(counts, both),
        distance_by_chance=float(np.mean(by_chance)),
        distance_noise=float(np.std(by_chance)),
    )


def _mixed(ids: Array, classes: int) -> tuple[float, float]:
    """Share of batches with one class, and mean total variation distance of a batch's classes from those of all."""
    batches, size = ids.shape
    counts = np.zeros((batches, classes))
    np.add.at(counts, (np.repeat(np.arange(batches), size), ids.ravel()), 1)
    distance = np.abs(counts / size - counts.sum(axis=0) / counts.sum()).sum(axis=1) / 2
    return float((counts.max(axis=1) == size).mean()), float(distance.mean())


def _apart(counts: Array, both: Array) -> float:
    others = both - counts
    return float(np.abs(counts / counts.sum() - others / others.sum()).sum() / 2)
