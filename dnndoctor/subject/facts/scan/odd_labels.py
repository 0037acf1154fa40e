"""Labels that the rows around them contradict."""

import numpy as np

from dnndoctor.evidence.row_scan import OddLabels
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.scan.alignment import LEAST, ROWS
from dnndoctor.subject.facts.scan.vectors import nearest, row_vectors

_NEIGHBOURS = 10
_NEARLY_ALL = 0.8
_SHOWN = 5
_SEED = 0


def odd_labels(inputs: list[tuple[Array, bool]], labels: Array, output: str) -> OddLabels | None:
    """Rows of whose ten nearest neighbours at least eight share another label.

    Args:
        inputs: Each array, and whether it is codes.
        labels: A class each row.
        output: Its name.

    Returns:
        None where there are too few rows, or nothing to read.
    """
    total = len(labels)
    if total < LEAST:
        return None
    rows = np.sort(np.random.default_rng(_SEED).choice(total, min(ROWS, total), replace=False))
    vectors = row_vectors(inputs, rows)
    classes, ids = np.unique(labels[rows], return_inverse=True)
    if vectors is None or not vectors.any() or len(classes) < 2:
        return None
    around = ids[nearest(vectors, _NEIGHBOURS)]
    counts = np.zeros((len(rows), len(classes)), dtype=np.int64)
    np.add.at(counts, (np.repeat(np.arange(len(rows)), _NEIGHBOURS), around.ravel()), 1)
    most, height = counts.argmax(axis=1), counts.max(axis=1)
    contradicted = most != ids
    odd = contradicted & (height >= _NEARLY_ALL * _NEIGHBOURS)
    purest = np.argsort(-height, kind="stable")[: len(rows) // 4]
    frequency = np.bincount(ids)
    chosen = np.flatnonzero(odd)[:_SHOWN]
    return OddLabels(
        output=output,
        error=float(contradicted.mean()),
        constant=float(1 - frequency.max() / len(ids)),
        pure=float(contradicted[purest].mean()),
        share=float(odd.mean()),
        in_common_classes=float(min(odd[ids == each].mean() for each in np.argsort(-frequency, kind="stable")[:2])),
        rows=tuple(int(row) for row in rows[chosen]),
        labels=tuple(int(classes[each]) for each in ids[chosen]),
        of_neighbours=tuple(int(classes[each]) for each in most[chosen]),
    )
