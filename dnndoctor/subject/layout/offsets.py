"""Whether planes that are stacked lie on each other: channels of pictures, pictures of two inputs, and the rows of two inputs."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.seen.layout import OffsetSeen

REACH = 8
"""Pixels up to which planes are moved; what is further off is another picture."""

_LEAST_SIDE = 12
_MOST_CHANNELS = 4
_MOST_ROWS = 64
_ROWS_APART = 3


def offsets(names: Sequence[str], arrays: Sequence[Any]) -> Iterator[OffsetSeen]:
    """Pairs of planes that correlate best when one is moved.

    Args:
        names: Of the arrays.
        arrays: Inputs with the row first; pictures have their channels last.
    """
    pictures = [(name, _planes(array)) for name, array in zip(names, arrays, strict=True) if _is_picture(array)]
    for name, planes in pictures:
        for first, second in itertools.combinations(range(planes.shape[-1]), 2):
            yield from _moved(name, name, (first, second), planes[..., first], planes[..., second])
    for (name, planes), (other, others) in itertools.combinations(pictures, 2):
        if planes.shape == others.shape:
            yield from _moved(name, other, (0, 0), planes[..., 0], others[..., 0])
            yield from _rows_apart(name, other, planes, others)


def _is_picture(array: Any) -> bool:
    sides = array.shape[1:3]
    return (
        array.ndim == 4
        and array.dtype.kind in "fiub"
        and min(sides) >= _LEAST_SIDE
        and array.shape[3] <= _MOST_CHANNELS
        and bool(np.isfinite(array[:_MOST_ROWS]).all())
    )


def _planes(array: Any) -> Any:
    """Planes of some rows, without the mean over the rows, which all of them share."""
    some = array[:_MOST_ROWS].astype(np.float64)
    return some - some.mean(0)


def _moved(name: str, other: str, channels: tuple[int, int], first: Any, second: Any) -> Iterator[OffsetSeen]:
    spectrum = np.conj(np.fft.rfft2(first)) * np.fft.rfft2(second)
    products = np.fft.irfft2(spectrum.sum(0), first.shape[1:])
    near = {(down, right): products[down, right] for down in range(-REACH, REACH + 1) for right in range(-REACH, REACH + 1)}
    best = max(near, key=lambda offset: abs(near[offset]))
    if best != (0, 0):
        aligned, moved = _correlation(first, second, (0, 0)), _correlation(first, second, best)
        if not math.isnan(aligned + moved):
            yield OffsetSeen(name, other, channels, best, aligned, moved)


def _correlation(first: Any, second: Any, offset: tuple[int, int]) -> float:
    """Of one plane with the other where that is found so many pixels further down and to the right."""
    down, right = offset
    height, width = first.shape[1:]
    rows, moved_rows = slice(max(0, -down), height - max(0, down)), slice(max(0, down), height + min(0, down))
    columns, moved_columns = slice(max(0, -right), width - max(0, right)), slice(max(0, right), width + min(0, right))
    return _likeness(first[:, rows, columns], second[:, moved_rows, moved_columns])


def _rows_apart(name: str, other: str, first: Any, second: Any) -> Iterator[OffsetSeen]:
    def likeness(apart: int) -> float:
        end = len(first) - abs(apart)
        return _likeness(first[max(0, -apart) :][:end], second[max(0, apart) :][:end])

    if len(first) > 4 * _ROWS_APART:
        by_offset = {apart: likeness(apart) for apart in range(-_ROWS_APART, _ROWS_APART + 1)}
        best = max(by_offset, key=lambda apart: abs(by_offset[apart]))
        if best != 0 and not math.isnan(by_offset[best] + by_offset[0]):
            yield OffsetSeen(name, other, (-1, -1), (best, 0), by_offset[0], by_offset[best])


def _likeness(first: Any, second: Any) -> float:
    size = math.sqrt(float(np.mean(first**2)) * float(np.mean(second**2)))
    return float(np.mean(first * second)) / size if size > 0 else math.nan
