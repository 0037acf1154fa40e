"""Plain facts of one array: range, moments, features, values that are not finite."""

import numpy as np

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.subject.blueprint import Array

DISTINCT_LIMIT = 1001
"""Different values are counted up to here; more say nothing new."""

QUANTILES = 20
"""Steps in which the quantiles of the magnitudes are told."""

_RANKED = 2**20
"""So many values are ranked for them at most, taken evenly: their quantiles are then true to a thousandth."""

_BLOCK = 2**22
"""Values that are looked at in one go, so that facts of a large sample need little memory beside it."""


def array_facts(array: Array, name: str) -> ArrayFacts:
    """Facts of an array.

    Args:
        array: The first axis is the row.
        name: What the user calls it.
    """
    rows, shape = len(array), tuple(int(size) for size in array.shape[1:])
    features = shape[-1] if shape else 1
    nan = float("nan")
    if array.dtype.kind not in "biuf":
        distinct = len(np.unique(array.ravel()[:_BLOCK])[:DISTINCT_LIMIT])
        return ArrayFacts(
            name, rows, shape, array.dtype.name, nan, nan, nan, nan, 0, 0, None, False, distinct, 0.0, nan, nan, nan, 0, features
        )
    table = array.reshape(-1, features)
    scan = _scan(table)
    changing = scan.stds[~scan.constant & (scan.counts > 0)]
    known = scan.counts > 0
    count = int(scan.counts.sum())
    per_row = max(1, int(np.prod(shape)))
    mean = float((scan.means[known] * scan.counts[known]).sum() / count) if count else nan
    spread = scan.stds[known] ** 2 + (scan.means[known] - mean) ** 2
    return ArrayFacts(
        name=name,
        rows=rows,
        shape=shape,
        dtype=array.dtype.name,
        minimum=float(scan.minima[known].min()) if count else nan,
        maximum=float(scan.maxima[known].max()) if count else nan,
        mean=mean,
        std=float(np.sqrt((spread * scan.counts[known]).sum() / count)) if count else nan,
        nan_count=scan.nans,
        inf_count=scan.infinities,
        first_bad_row=None if scan.first_bad is None else scan.first_bad * features // per_row,
        integer_valued=scan.whole and count > 0,
        distinct=_distinct(table),
        zero_share=scan.zeros / table.size if table.size else 0.0,
        feature_std_minimum=float(changing.min()) if changing.size else nan,
        feature_std_maximum=float(changing.max()) if changing.size else nan,
        feature_mean_maximum=float(np.abs(scan.means[known]).max()) if count else nan,
        constant_features=int((scan.constant & known).sum()),
        features=features,
        magnitudes=_magnitudes(array),
    )


def _magnitudes(array: Array) -> tuple[float, ...]:
    flat = array.ravel()
    taken = np.abs(flat[:: -(-flat.size // _RANKED) or 1].astype(np.float64))
    known = taken[np.isfinite(taken) & (taken > 0)]
    return tuple(map(float, np.quantile(known, np.linspace(0, 1, QUANTILES + 1)))) if known.size else ()


class _Scan:
    """Sums over a table in float64, feature by feature, over its finite values."""

    def __init__(self, features: int) -> None:
        self.counts = np.zeros(features)
        self.means = np.zeros(features)
        self.squares = np.zeros(features)
        self.minima = np.full(features, np.inf)
        self.maxima = np.full(features, -np.inf)
        self.nans = self.infinities = self.zeros = 0
        self.first_bad: int | None = None
        self.whole = True

    def add(self, block: Array, start: int) -> None:
        finite = np.isfinite(block)
        if not finite.all():
            self.nans += int(np.isnan(block).sum())
            self.infinities += int(np.isinf(block).sum())
            if self.first_bad is None:
                self.first_bad = start + int(np.argmin(finite.all(axis=1)))
        self.zeros += int((block == 0).sum())
        counts = finite.sum(axis=0)
        values = np.where(finite, block, 0.0)
        self.whole = self.whole and bool((values == np.rint(values)).all())
        means = values.sum(axis=0) / np.maximum(counts, 1)
        squares = np.where(finite, block - means, 0.0)
        squares = (squares * squares).sum(axis=0)
        # Chan, Golub and LeVeque's update of mean and squared deviations by a block: stable where sums of squares are not.
        total = self.counts + counts
        shift = means - self.means
        share = counts / np.maximum(total, 1)
        self.squares += squares + shift * shift * self.counts * share
        self.means += shift * share
        self.counts = total
        self.minima = np.minimum(self.minima, np.where(finite, block, np.inf).min(axis=0))
        self.maxima = np.maximum(self.maxima, np.where(finite, block, -np.inf).max(axis=0))

    @property
    def stds(self) -> Array:
        return np.sqrt(self.squares / np.maximum(self.counts, 1))

    @property
    def constant(self) -> Array:
        return self.minima >= self.maxima


def _scan(table: Array) -> _Scan:
    scan = _Scan(table.shape[1])
    step = max(1, _BLOCK // max(1, table.shape[1]))
    for start in range(0, len(table), step):
        with np.errstate(over="ignore", invalid="ignore"):  # float64 holds all but squares of the most absurd values
            scan.add(table[start : start + step].astype(np.float64), start)
    return scan


def _distinct(table: Array) -> int:
    """Number of different values, counted up to `DISTINCT_LIMIT`."""
    found = np.empty(0, dtype=table.dtype)
    step = max(1, 2**16 // max(1, table.shape[1]))
    for start in range(0, len(table), step):
        found = np.unique(np.concatenate([found, table[start : start + step].ravel()]))
        if len(found) >= DISTINCT_LIMIT:
            return DISTINCT_LIMIT
    return len(found)
