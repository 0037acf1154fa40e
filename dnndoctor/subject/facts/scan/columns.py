"""The columns of tables and sequences: constant ones, piles at a bound, marks of missing values, orders of magnitude, grids."""

import numpy as np

from dnndoctor.evidence.column_scan import ColumnScan, Marker, Pile, TwoScales, VarianceDivision
from dnndoctor.subject.blueprint import Array

VALUES_LIMIT = 2**21
"""Values that columns are sorted in: beyond them evenly spaced rows are taken. A share of one in a hundred is then known to
within a tenth of itself for up to 200 columns."""

COLUMNS_LIMIT = 512
"""Columns that are looked at one by one; wider rows are pictures, signals or codes, not tables."""

_SHOWN = 10
_PILE = 0.05
"""Share of values at a bound that is a pile: a continuous column has one value there."""

_CONTINUOUS = 50
"""Different values from which a column is continuous and not a scale of grades."""

_MARKERS = tuple(sign * (10**digits - 1) for digits in range(2, 7) for sign in (-1, 1))
"""-99, 99, -999, ...: numbers of nines, the customary marks of missing values."""

_GRID_TOLERANCE = 0.1
_CHANCE = 2 * np.log10(1 + _GRID_TOLERANCE)
"""Share of numbers that lie within that tolerance of a power of ten, if their logarithms are spread evenly: one in twelve."""

_STANDARD = (0.8, 1.25)
"""Deviations that say nothing: near one, a division by the variance and one by the deviation are the same."""

_DECADE = 10.0
_RATIO = 30.0
_RARE = 0.01


def column_scan(array: Array, name: str) -> ColumnScan | None:
    """The columns of one input of numbers.

    Args:
        array: Rows of shape (), (columns,), (steps, columns) or (..., channels).
        name: What the user calls it.

    Returns:
        None where there is nothing to look at column by column.
    """
    if array.dtype.kind not in "iuf" or not array.size:
        return None
    columns = array.shape[-1] if array.ndim > 1 else 1
    if columns > COLUMNS_LIMIT:
        return None
    stride = max(1, -(-array.size // VALUES_LIMIT))
    table = array[::stride].reshape(-1, columns).astype(np.float64)
    per_row = int(np.prod(array.shape[1:-1])) if array.ndim > 2 else 1
    constant: list[int] = []
    piles: list[Pile] = []
    markers: list[Marker] = []
    spans: dict[int, float] = {}
    steps: dict[int, tuple[float, float]] = {}
    for column in range(columns):
        found, first, counts = np.unique(_finite(table[:, column]), return_index=True, return_counts=True)
        if len(found) < 2:
            constant.append(column)
            continue
        marked = _markers(column, found, first // per_row * stride, counts)
        markers += marked
        if len(found) >= _CONTINUOUS and not marked:
            # Black and white are the bounds of pictures by nature.
            piles += _piles(column, found, counts) if array.ndim <= 3 else []
            spans[column] = _orders(found, counts)
            step = _step(found)
            if step is not None:
                steps[column] = step, float(np.std(np.repeat(found, counts)))
    widest = max(spans, key=lambda column: spans[column], default=None)
    return ColumnScan(
        array=name,
        columns=columns,
        per_row=per_row,
        constant=tuple(constant[:_SHOWN]),
        constant_count=len(constant),
        piles=tuple(sorted(piles, key=lambda pile: -pile.share)[:_SHOWN]),
        markers=tuple(markers[:_SHOWN]),
        orders=None if widest is None else spans[widest],
        orders_column=widest or 0,
        orders_columns=0 if widest is None else sum(span >= spans[widest] / 2 for span in spans.values()),
        variance=_divided(steps),
    )


def two_scales(array: Array) -> TwoScales | None:
    """Rows on a scale of their own, as where a part of the pictures was divided by 255 and the rest was not.

    Args:
        array: Rows of rank two or more: all values of such a row share a scale.

    Returns:
        None where the rows' largest magnitudes have no gap of a decade with either side more than 30 apart in the median.
    """
    if array.dtype.kind not in "iuf" or array.ndim < 3 or len(array) < 2:
        return None
    table = array.reshape(len(array), -1)
    largest = np.maximum(table.max(axis=1).astype(np.float64), -table.min(axis=1).astype(np.float64))
    rows = np.flatnonzero(np.isfinite(largest) & (largest > 0))
    if len(rows) < 2:
        return None
    order = rows[np.argsort(largest[rows], kind="stable")]
    ratios = largest[order[1:]] / largest[order[:-1]]
    cut = int(np.argmax(ratios)) + 1
    low, high = order[:cut], order[cut:]
    small, large = float(np.median(largest[low])), float(np.median(largest[high]))
    share = min(len(low), len(high)) / len(rows)
    if ratios[cut - 1] < _DECADE or large < _RATIO * small or share < _RARE:
        return None
    return TwoScales(share, small, large, int(low.min()), int(high.min()))


def _finite(values: Array) -> Array:
    return np.asarray(values[np.isfinite(values)])


def _piles(column: int, found: Array, counts: Array) -> list[Pile]:
    """Zeros are left out: counts, amounts and grey values begin there by nature."""
    total, inner = counts.sum(), counts[1:-1].max(initial=0)
    return [
        Pile(column, float(found[end]), float(counts[end] / total), top)
        for end, top in ((0, False), (-1, True))
        if found[end] != 0 and counts[end] >= _PILE * total and counts[end] >= 5 * inner
    ]


def _markers(column: int, found: Array, rows: Array, counts: Array) -> list[Marker]:
    marked = []
    for end, others in ((0, found[1:]), (-1, found[:-1])):
        gap = np.min(np.abs(others - found[end]))
        if found[end] in _MARKERS and counts[end] > 1 and len(others) > 1 and gap >= others[-1] - others[0]:
            share = float(counts[end] / counts.sum())
            marked.append(Marker(column, float(found[end]), share, int(rows[end]), float(others[0]), float(others[-1])))
    return marked


def _orders(found: Array, counts: Array) -> float:
    sizes = np.abs(np.repeat(found, counts))
    low, high = np.quantile(sizes[sizes > 0], [0.05, 0.95])
    return float(np.log10(high / low))


def _step(found: Array) -> float | None:
    """The grid that a column's values lie on: their smallest distance, if all others are multiples of it."""
    gaps = np.diff(found)
    step = float(gaps.min())
    # float32 holds 7 digits, so a step below a ten-thousandth of the largest value cannot be told from rounding.
    if step <= 1e-4 * float(np.abs(found).max()):
        return None
    multiples = (found - found[0]) / step
    return step if bool((np.abs(multiples - np.rint(multiples)) < 0.05 * np.maximum(1, multiples * 1e-2)).all()) else None


def _divided(steps: dict[int, tuple[float, float]]) -> VarianceDivision | None:
    telling = {column: pair for column, pair in steps.items() if not _STANDARD[0] < pair[1] < _STANDARD[1]}
    if not telling:
        return None
    exponents = {column: np.log10(step / std**2) for column, (step, std) in telling.items()}
    bound = np.log10(1 + _GRID_TOLERANCE)
    matching = [column for column, exponent in exponents.items() if abs(exponent - np.rint(exponent)) < bound]
    # Raw numbers have a power of ten for a step themselves; then the variance would have to be one, too.
    own = [column for column, (step, _) in telling.items() if abs(np.log10(step) - np.rint(np.log10(step))) < bound / 10]
    if len(matching) < 4 or len(matching) < 0.7 * len(telling) or len(own) > len(telling) / 2:
        return None
    spread = [telling[column][1] for column in matching]
    if max(spread) < 3 * min(spread) or _CHANCE ** len(matching) > 1e-4:
        return None
    column = max(matching, key=lambda each: abs(np.log10(telling[each][1])))
    return VarianceDivision(len(telling), len(matching), column, telling[column][1])
