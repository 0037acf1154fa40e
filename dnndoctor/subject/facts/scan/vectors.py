"""Rows as short vectors, so that neighbours can be found and a line be fitted in milliseconds."""

import numpy as np

from dnndoctor.subject.blueprint import Array

WIDTH = 64
"""Entries of a vector at most: a random projection to so many keeps the distances of 2,000 rows within about a third
(Johnson and Lindenstrauss 1984; the bound of Dasgupta and Gupta 2003), and their order far better."""

_SEED = 0
_IDS = 4096
_TABLE = 32
"""Columns up to which numbers are taken by their rank in the column, which no outlier and no scale disturbs."""


def row_vectors(inputs: list[tuple[Array, bool]], rows: Array) -> Array | None:
    """A standardised vector for each row.

    Args:
        inputs: Each array, and whether it is codes.
        rows: Which rows.

    Returns:
        (rows, entries) in float32; None where no input can be read as numbers or ids.
    """
    rng = np.random.default_rng(_SEED)
    parts = [part for array, codes in inputs if (part := _vectors(array[rows], codes, rng)) is not None]
    if not parts:
        return None
    # Each input counts alike, however many entries it has.
    table = np.concatenate([part / np.sqrt(part.shape[1]) for part in parts], axis=1)
    if table.shape[1] > WIDTH:
        table = table @ (rng.standard_normal((table.shape[1], WIDTH)) / np.sqrt(WIDTH))
    return np.asarray(table - table.mean(axis=0), dtype=np.float32)


def _vectors(array: Array, codes: bool, rng: np.random.Generator) -> Array | None:
    if array.dtype.kind not in "biuf":
        return None
    table = array.reshape(len(array), -1)
    if codes:
        return _bags(table, rng)
    table = np.nan_to_num(table.astype(np.float32), posinf=0.0, neginf=0.0)
    if array.ndim <= 2 and table.shape[1] <= _TABLE:
        return np.stack([_ranks(column) for column in table.T], axis=1)
    table = table - table.mean(axis=0)
    # Pictures and signals share one scale; columns of a wide table do not.
    scale = table.std(axis=0) if array.ndim <= 2 else np.full(table.shape[1], table.std())
    table = np.clip(table / np.where(scale > 0, scale, 1), -5, 5)
    if table.shape[1] > WIDTH:
        table = table @ (rng.standard_normal((table.shape[1], WIDTH), dtype=np.float32) / np.float32(np.sqrt(table.shape[1])))
    return np.asarray(table)


def _bags(ids: Array, rng: np.random.Generator) -> Array:
    """The mean of random vectors of the ids in a row; zeros, which are padding, are left out where there are others."""
    if not np.isfinite(ids.astype(np.float64)).all():
        ids = np.nan_to_num(ids)
    ids = ids.astype(np.int64)[:, :1024]
    table = rng.standard_normal((_IDS, WIDTH), dtype=np.float32)
    if ids.shape[1] > 1:
        table[0] = 0
    counts = np.maximum(1, (ids % _IDS != 0).sum(axis=1)) if ids.shape[1] > 1 else np.ones(len(ids))
    total = np.zeros((len(ids), WIDTH), dtype=np.float32)
    for column in ids.T:
        total += table[column % _IDS]
    return np.asarray(total / np.sqrt(counts)[:, None], dtype=np.float32)


def _ranks(values: Array) -> Array:
    """Evenly spaced in [-1.7, 1.7] (standard deviation one), equal ones at their mean."""
    found, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(found) < 2:
        return np.zeros(len(values))
    middle = np.cumsum(counts) - counts / 2
    return np.asarray((middle[inverse] / len(values) - 0.5) * np.sqrt(12))


def ranked(values: Array) -> Array:
    """Each column's ranks, with mean 0 and a deviation of about one.

    Args:
        values: (rows, columns).
    """
    return np.stack([_ranks(column) for column in np.nan_to_num(values.astype(np.float64)).T], axis=1)


def nearest(vectors: Array, count: int) -> Array:
    """The nearest other rows of each row, in no order.

    Args:
        vectors: (rows, entries).
        count: How many.

    Returns:
        (rows, count) of indices.
    """
    squares = (vectors * vectors).sum(axis=1)
    distances = squares[None, :] - 2 * (vectors @ vectors.T)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(np.argpartition(distances, count, axis=1)[:, :count])
