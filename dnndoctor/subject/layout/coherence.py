"""How alike neighbours are along the axes of an array, as it lies and as it would lie in another order."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dnndoctor.evidence.seen.layout import LayoutRoughness, OtherLayout

Floats: TypeAlias = npt.NDArray[np.floating[Any]]

LEAST_ROWS = 8
"""Fewer rows say too little of how alike two positions are."""

MOST_VALUES = 2_000_000
"""Values that are looked at: 16 MB in double precision, some milliseconds an axis."""

MOST_AXES = 4
"""Rows with more axes than a film has have too many orders to go through."""


def standardised(rows: Any) -> Floats | None:
    """Rows with every position centred and scaled over the rows, so that likeness is correlation.

    Args:
        rows: Numbers, the first axis the row.

    Returns:
        Constant positions as NaN; None where there are too few rows, axes or positions that vary, or where values are not
        finite.
    """
    array = np.asarray(rows)
    if array.dtype.kind not in "fiub" or len(array) < LEAST_ROWS or not 2 <= len(_wide(array.shape[1:])) <= MOST_AXES:
        return None
    some = max(LEAST_ROWS, MOST_VALUES // math.prod(array.shape[1:]))
    array = array[:some].astype(np.float64)
    if not np.isfinite(array).all():
        return None
    centred = array - array.mean(0)
    spread = centred.std(0)
    varied = spread > 1e-6 * max(float(spread.max()), 1e-12)
    if varied.mean() < 0.1:  # of the positions; hardly anything could be compared
        return None
    return np.where(varied, centred / np.where(varied, spread, 1.0), np.nan)


def roughness(values: Floats, axis: int) -> Floats:
    """How unlike neighbours along an axis are, by row: 0 where equal, 1 where unrelated, 2 where opposite.

    Half the mean squared difference of neighbours, each position in its own standard deviations: 1 minus their correlation in the
    mean over rows, the (normalised) semivariogram at a distance of one.

    Args:
        values: As `standardised` returns them.
        axis: Which, the first after the row is 1.

    Returns:
        One number a row; NaN where no two neighbours vary.
    """
    differences = np.diff(values, axis=axis).reshape(len(values), -1)
    known = np.isfinite(differences[0])
    if not known.any():
        return np.full(len(values), np.nan)
    halved: Floats = 0.5 * np.mean(differences[:, known] ** 2, axis=1)
    return halved


def scores(first: Floats, second: Floats) -> float:
    """By how many of its standard errors the mean difference of two roughnesses of the same rows is above zero.

    Args:
        first: One number a row.
        second: The same.
    """
    difference = first - second
    error = float(np.std(difference, ddof=1)) / math.sqrt(len(difference))
    return float(np.mean(difference)) / error if error > 0 else math.inf * np.sign(float(np.mean(difference)) or 1.0)


def other_layouts(shape: Sequence[int]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The orders in which rows of a shape may have been before a reshape gave them that shape.

    Args:
        shape: Of one row.

    Yields:
        The axes of the shape in the order in which the values may lie in memory, and the sizes in that order; only those that
        differ from the shape as it is, each sizes once.
    """
    wide = _wide(shape)
    known = {tuple(shape[axis] for axis in wide)}
    for order in itertools.permutations(wide):
        sizes = tuple(shape[axis] for axis in order)
        if sizes not in known:
            known.add(sizes)
            yield order, sizes


def relaid(values: Floats, order: Sequence[int]) -> Floats:
    """The same values where those in memory are taken to lie in another order of the axes.

    Args:
        values: Any array, the first axis the row.
        order: See `other_layouts`.

    Returns:
        Of the same shape.
    """
    shape = values.shape[1:]
    stored = values.reshape(len(values), *(shape[axis] for axis in order))
    placed = stored.transpose(0, *(order.index(axis) + 1 for axis in sorted(order)))
    return placed.reshape(values.shape)


@dataclass(frozen=True)
class Smoother:
    """The smoothest of the other layouts.

    Attributes:
        given: Roughness as it lies.
        other: The smoothest other one, None where there is none.
    """

    given: LayoutRoughness
    other: OtherLayout | None


def smoothest(rows: Any, spatial: Sequence[int]) -> Smoother | None:
    """Compares an array as it lies with what it would be before a reshape that should have been a transpose.

    Args:
        rows: Numbers, the first axis the row.
        spatial: The axes of a row along which neighbours are expected to be alike; they choose the smoothest.

    Returns:
        None where nothing can be compared.
    """
    values = standardised(rows)
    if values is None:
        return None
    by_row = _by_row(values)
    axes = [axis for axis in spatial if axis in by_row] or list(by_row)
    found = []
    for order, sizes in other_layouts(values.shape[1:]):
        moved = _by_row(relaid(values, order))
        across, along = _seams(values, sizes)
        here, there = (_over(rough, axes) for rough in (by_row, moved))
        score, score_all = scores(here, there), scores(_over(by_row, list(by_row)), _over(moved, list(moved)))
        found.append(OtherLayout(order, sizes, _means(moved), score, score_all, across, along))
    return Smoother(_means(by_row), min(found, key=lambda other: other.roughness.over(axes), default=None))


def layout_roughness(values: Floats) -> tuple[LayoutRoughness, Floats]:
    """Roughness along all axes of more than one value.

    Args:
        values: As `standardised` returns them.

    Returns:
        By axis; and the mean over the axes for each row.
    """
    by_row = _by_row(values)
    return _means(by_row), _over(by_row, list(by_row))


def toward(values: Floats, axes: Sequence[int]) -> Floats:
    """Roughness of each row, the mean over some axes.

    Args:
        values: As `standardised` returns them.
        axes: Of a row; all where none of them has more than one value.
    """
    by_row = _by_row(values)
    return _over(by_row, [axis for axis in axes if axis in by_row] or list(by_row))


def _by_row(values: Floats) -> dict[int, Floats]:
    return {axis: roughness(values, axis + 1) for axis in _wide(values.shape[1:])}


def _means(by_row: Mapping[int, Floats]) -> LayoutRoughness:
    return LayoutRoughness(tuple(by_row), tuple(float(rows.mean()) for rows in by_row.values()))


def _over(by_row: Mapping[int, Floats], axes: Sequence[int]) -> Floats:
    known = [by_row[axis] for axis in axes if not np.isnan(by_row[axis][0])]
    mean: Floats = np.mean(known, axis=0) if known else by_row[axes[0]]
    return mean


def _seams(values: Floats, sizes: Sequence[int]) -> tuple[float, float]:
    """How unlike values next to each other in memory are where lines of the other layout meet, and where lines as given do.

    Args:
        values: As `standardised` returns them.
        sizes: Of the other layout, in memory's order.

    Returns:
        Both; NaN where nothing varies there.
    """
    flat = values.reshape(len(values), -1)
    halved = 0.5 * np.mean(np.diff(flat, axis=1) ** 2, axis=0)
    steps = np.arange(1, flat.shape[1])
    given = values.shape[1:][_wide(values.shape[1:])[-1]]
    meets = steps % sizes[-1] == 0
    return _mean(halved[meets]), _mean(halved[~meets & (steps % given == 0)])


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _wide(shape: Sequence[int]) -> list[int]:
    return [axis for axis, size in enumerate(shape) if size > 1]
