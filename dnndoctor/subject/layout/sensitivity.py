"""How much outputs change when pictures are moved, turned or enlarged a little."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.seen.layout import SensitivitySeen

_LEAST_SIDE = 8
DEGREES = 10.0
LARGER = 1.05


def sensitivity(
    names: Sequence[str], leaves: Sequence[Any], run: Callable[[Sequence[Any]], Sequence[Any]]
) -> Iterator[SensitivitySeen]:
    """Measures it for each input with pictures.

    Args:
        names: Of the inputs.
        leaves: Rows of the inputs; pictures have two sides and channels.
        run: Gives the model's outputs for them.
    """
    before: Sequence[Any] | None = None
    for number, (name, leaf) in enumerate(zip(names, leaves, strict=True)):
        if leaf.ndim != 4 or min(leaf.shape[1:3]) < _LEAST_SIDE or leaf.dtype.kind not in "fiu":
            continue
        before = run(leaves) if before is None else before

        def change(
            turned: float = 0.0,
            larger: float = 1.0,
            right: int = 0,
            number: int = number,
            leaf: Any = leaf,
            before: Sequence[Any] = before,
        ) -> float:
            moved = [*leaves]
            moved[number] = warped(leaf, degrees=turned, scale=larger, right=right)
            return _change(before, run(moved))

        yield SensitivitySeen(name, change(right=1), change(right=2), change(turned=DEGREES), change(larger=LARGER), len(leaf))


def warped(pictures: Any, *, degrees: float = 0.0, scale: float = 1.0, right: int = 0) -> Any:
    """Pictures turned about their middle, enlarged and moved; what comes in at the edges repeats them.

    Args:
        pictures: Row, height, width, channels.
        degrees: Anticlockwise.
        scale: Above 1 is larger.
        right: Pixels.

    Returns:
        Of the same shape and dtype, interpolated linearly between pixels.
    """
    height, width = pictures.shape[1:3]
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    down, across = np.meshgrid(np.arange(height) - middle[0], np.arange(width) - right - middle[1], indexing="ij")
    cosine, sine = math.cos(math.radians(degrees)) / scale, math.sin(math.radians(degrees)) / scale
    y = np.clip(cosine * down + sine * across + middle[0], 0, height - 1)
    x = np.clip(-sine * down + cosine * across + middle[1], 0, width - 1)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    bottom, beside = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    low, near = (y - top)[..., None], (x - left)[..., None]
    values = pictures.astype(np.float64)
    upper = values[:, top, left] * (1 - near) + values[:, top, beside] * near
    lower = values[:, bottom, left] * (1 - near) + values[:, bottom, beside] * near
    return (upper * (1 - low) + lower * low).astype(pictures.dtype)


def _change(before: Sequence[Any], after: Sequence[Any]) -> float:
    """The largest over the outputs: rms change of a row's values over their rms spread between rows."""
    changes = []
    for one, other in zip(before, after, strict=True):
        if one.dtype.kind in "fV" and one.ndim:
            precise, changed = one.astype(np.float64), other.astype(np.float64)
            spread = math.sqrt(float(np.mean(np.var(precise, axis=0))))
            if spread > 0:
                changes.append(math.sqrt(float(np.mean((changed - precise) ** 2))) / spread)
    return max(changes, default=math.nan)
