"""Where the zeros of padded sequences lie: behind the last step, or strewn over all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.seen.layout import PaddingSeen
from dnndoctor.subject.layout.coherence import relaid


def padding(rows: Any, order: Sequence[int]) -> PaddingSeen | None:
    """Compares where zeros lie as sequences are given, and as they would lie in another order of their two axes.

    Args:
        rows: Sequences: the axes are row, step and feature.
        order: See `coherence.other_layouts`.

    Returns:
        None where hardly any row has zeros.
    """
    zero = np.asarray(rows) == 0
    padded = zero.any((1, 2)) & ~zero.all((1, 2))
    if padded.mean() < 0.5:  # half of the rows; sequences of different lengths nearly all have some
        return None
    zero = zero[padded]
    placed = relaid(zero, order)
    return PaddingSeen(int(padded.sum()), _mixed(zero), _mixed(placed), _tails(placed))


def _mixed(zero: Any) -> float:
    """Share of the steps that have a zero, which have something else, too."""
    some = zero.any(2)
    return float((some & ~zero.all(2)).sum() / some.sum())


def _tails(zero: Any) -> float:
    """Share of the rows whose steps of zeros are all at one end."""
    steps = zero.all(2)
    return float(np.mean(np.abs(np.diff(steps.astype(np.int8), axis=1)).sum(1) == 1))
