"""Do inputs tell the targets of their own row, or those of another?"""

from collections.abc import Iterator

import numpy as np

from dnndoctor.evidence.row_scan import Alignment
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.scan.part import Target
from dnndoctor.subject.facts.scan.vectors import nearest, ranked, row_vectors

ROWS = 2000
"""Rows that neighbours are looked for among; the distances of so many take 30 ms."""

LEAST = 50
_NEIGHBOURS = 5
_SHUFFLES = 40
"""Targets in random order; their deviation is then known to about a tenth."""

_SHIFTS = (-3, -2, -1, 1, 2, 3)
_CLASSES = 20
_SEED = 0
_CONTINUED = 0.5
"""Median correlation of a column with any column of the row before from which rows are taken for a sequence. Rows in random order
give about 0.1; windows on a series that move by a step give about one; rows sorted by class less than a half."""

_LAGGED_COLUMNS = 2048
_EQUAL = 0.999


def alignment(inputs: list[tuple[Array, bool]], target: Target) -> Alignment | None:
    """How well inputs tell the targets of their own row, and of rows nearby.

    Args:
        inputs: Each array, and whether it is codes.
        target: The targets of one output.

    Returns:
        None where there are too few rows, nothing to read, or targets that never differ.
    """
    total = len(inputs[0][0])
    if total < LEAST:
        return None
    rng = np.random.default_rng(_SEED)
    rows = np.sort(rng.choice(total, min(ROWS, total), replace=False))
    vectors = row_vectors(inputs, rows)
    given = _table(target, rows)
    if vectors is None or not vectors.any() or not given.std(axis=0).any():
        return None
    predictors = _Predictors(vectors, given, rng)
    own = predictors.distance(given)
    best: tuple[float, int | None] = max(
        ((predictors.distance(_table(target, others)), shift) for shift, others in _other_orders(rows, total)),
        key=lambda pair: pair[0],
    )
    return Alignment(
        output=target.output,
        rows=len(rows),
        own=own,
        best=best[0],
        shift=best[1],
        in_sequence=_in_sequence(inputs, rows, total) or _is_a_column(inputs, target, rows, best[1], total),
        sorted_inputs=_sorted_inputs(inputs, target),
    )


def _other_orders(rows: Array, total: int) -> Iterator[tuple[int | None, Array]]:
    for shift in _SHIFTS:
        yield shift, (rows + shift) % total
    yield None, total - 1 - rows


def _table(target: Target, rows: Array) -> Array:
    """Columns that a line can be fitted to: one-hot classes (the most frequent), or the ranks of numbers."""
    if target.labels is None:
        assert target.values is not None  # one of the two is there
        spread = np.nanstd(np.nan_to_num(target.values[:ROWS].astype(np.float64)), axis=0)
        return ranked(target.values[rows][:, np.argsort(-spread, kind="stable")[:4]])
    found, counts = np.unique(target.labels, return_counts=True)
    chosen = found[np.argsort(-counts, kind="stable")[:_CLASSES]]
    return np.asarray(target.labels[rows][:, None] == chosen, dtype=np.float64)


class _Predictors:
    """Two predictors that leave the row itself out, both linear in the targets: what they give is a sum over other rows."""

    def __init__(self, vectors: Array, given: Array, rng: np.random.Generator) -> None:
        self._near = nearest(vectors, min(_NEIGHBOURS, len(vectors) - 1))
        basis, sizes, _ = np.linalg.svd(vectors.astype(np.float64), full_matrices=False)
        # A ridge of a thousandth of the rows: columns are of order one, so it only tames what is nearly dependent.
        self._basis = basis * np.sqrt(sizes**2 / (sizes**2 + 1e-3 * len(vectors) * np.mean(vectors.astype(np.float64) ** 2)))
        self._leverage = np.minimum((self._basis**2).sum(axis=1), 0.99)
        shuffled = np.array([self._skills(rng.permutation(given)) for _ in range(_SHUFFLES)])
        self._mean, self._deviation = shuffled.mean(axis=0), np.maximum(shuffled.std(axis=0), 1e-6)

    def distance(self, targets: Array) -> float:
        """Of the better predictor, from targets in random order, in their standard deviations."""
        return float(np.max((self._skills(targets) - self._mean) / self._deviation))

    def _skills(self, targets: Array) -> Array:
        """Correlation of prediction and target over all entries."""
        centred = targets - targets.mean(axis=0)
        fitted = self._basis @ (self._basis.T @ centred)
        line = (fitted - self._leverage[:, None] * centred) / (1 - self._leverage)[:, None]
        return np.array([_correlation(centred[self._near].mean(axis=1), centred), _correlation(line, centred)])


def _correlation(one: Array, other: Array) -> float:
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size > 0 else 0.0


def _in_sequence(inputs: list[tuple[Array, bool]], rows: Array, total: int) -> bool:
    """Whether columns repeat columns of the row before, as those of windows on a series do."""
    before = rows[rows < total - 1]
    for array, codes in inputs:
        if array.dtype.kind not in "iuf" or len(before) < LEAST:
            continue
        table, after = (
            np.nan_to_num(array[chosen].reshape(len(chosen), -1)[:, :_LAGGED_COLUMNS].astype(np.float64))
            for chosen in (before, before + 1)
        )
        columns = np.unique(np.linspace(0, table.shape[1] - 1, min(64, table.shape[1])).astype(int))
        strongest = np.abs(_standard(table).T @ _standard(after[:, columns])).max(axis=0) / len(table)
        if np.median(strongest) >= _CONTINUED or (codes and _shares_ids(table, after)):
            return True
    return False


def _shares_ids(table: Array, after: Array) -> bool:
    """Whether a row of ids is the row before, moved by a step."""
    if table.shape[1] < 3:
        return False
    return bool((table[:, 1:] == after[:, :-1]).all(axis=1).mean() > _CONTINUED)


def _is_a_column(inputs: list[tuple[Array, bool]], target: Target, rows: Array, shift: int | None, total: int) -> bool:
    """Whether the targets of the other row simply stand in the inputs, as past values of a series do."""
    if shift is None or target.values is None:
        return False
    rows = rows[(rows + shift >= 0) & (rows + shift < total)]
    targets = _standard(np.nan_to_num(target.values[rows + shift].astype(np.float64)))
    tables = [array[rows].reshape(len(rows), -1)[:, :_LAGGED_COLUMNS] for array, codes in inputs if array.dtype.kind in "iuf"]
    return any(
        float(np.abs(_standard(np.nan_to_num(table.astype(np.float64))).T @ targets).max()) / len(rows) > _EQUAL
        for table in tables
    )


def _standard(table: Array) -> Array:
    centred = table - table.mean(axis=0)
    spread = centred.std(axis=0)
    return np.asarray(np.where(spread > 0, centred / np.where(spread > 0, spread, 1), 0.0))


def _sorted_inputs(inputs: list[tuple[Array, bool]], target: Target) -> bool:
    """Whether two or more columns, all that there are, rise from row to row, as `np.sort(x, axis=0)` leaves them."""
    table = np.concatenate([array.reshape(len(array), -1)[:, :256] for array, _ in inputs if array.dtype.kind in "iuf"], axis=1)
    spread = table.min(axis=0) < table.max(axis=0)
    if spread.sum() < 2 or not (table[1:, spread] >= table[:-1, spread]).all():
        return False
    answers = target.labels[:, None] if target.labels is not None else target.values
    assert answers is not None  # one of the two is there
    steps = np.sign(np.diff(answers[:, 0].astype(np.float64)))
    return bool((steps > 0).any() and (steps < 0).any())
