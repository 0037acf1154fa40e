"""One input in training and validation rows: scale, spread, means, and whose statistics scaled them."""

import numpy as np

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.split_scan import ColumnShift, InputSplit
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.scan.columns import COLUMNS_LIMIT, VALUES_LIMIT

_FAR_SPREAD, _FAR_MEAN = 5.0, 10.0
_BEYOND_NOISE = 6.0
"""Standard errors: of 512 columns of rows drawn alike, none differs by so many in a million tries."""

_NOTABLE = 0.25
_EXACT = 1e-4
"""A mean of no more than so many deviations is no chance: over a million rows drawn alike it is ten times that."""


def input_split(training: Array, validation: Array, facts: ArrayFacts, held_out: ArrayFacts) -> InputSplit | None:
    """How the training and the validation rows of one input stand to each other.

    Args:
        training: The training rows.
        validation: The validation rows.
        facts: Of the training rows.
        held_out: Of the validation rows.

    Returns:
        None where they are not numbers.
    """
    size, other = (float(np.hypot(each.mean, each.std)) for each in (facts, held_out))
    if training.dtype.kind not in "iuf" or not size > 0 or not np.isfinite(other):
        return None
    far, own, shifts = float("nan"), _own_common_statistics(facts, held_out), tuple[ColumnShift, ...]()
    columns = training.shape[-1] if training.ndim == 2 else 0
    if 0 < columns <= COLUMNS_LIMIT and training.size <= 4 * VALUES_LIMIT and validation.shape[1:] == training.shape[1:]:
        one, two = (np.nan_to_num(each.astype(np.float64), posinf=0, neginf=0) for each in (training, validation))
        moving = one.std(axis=0) > 0
        if moving.any():
            far = _far_share(one[:, moving], two[:, moving])
            own = own or _own_column_statistics(one[:, moving], two[:, moving])
            shifts = _shifts(one, two, moving)
    return InputSplit(facts.name, other / size, far, own, shifts)


def _far_share(one: Array, two: Array) -> float:
    spread, other = one.std(axis=0), two.std(axis=0)
    ratio = other / spread
    # Sparse columns may be constant in a small validation set, and a rare one has any spread there.
    wide = ratio > _FAR_SPREAD
    narrow = (ratio < 1 / _FAR_SPREAD) & (other > 0)
    away = np.abs(two.mean(axis=0) - one.mean(axis=0)) > _FAR_MEAN * spread
    return float((wide | narrow | away).mean())


def _own_common_statistics(facts: ArrayFacts, held_out: ArrayFacts) -> str:
    """Whether both were scaled by one mean and one deviation each, as `(x - x.mean()) / x.std()` does."""

    def exact(array: ArrayFacts) -> bool:
        return abs(array.mean) < _EXACT / 10 and abs(array.std - 1) < _EXACT / 10

    return "mean and deviation" if exact(facts) and exact(held_out) and held_out.rows > 1 else ""


def _own_column_statistics(one: Array, two: Array) -> str:
    """Whether each column of both parts has the mean and deviation, or the range, that only its own statistics give."""
    continuous = np.array([len(np.unique(column[:1000])) >= min(50, len(column[:1000])) for column in one.T])
    if continuous.sum() < 3:
        return ""
    one, two = one[:, continuous], two[:, continuous]
    if all((np.abs(part.mean(axis=0)) < _EXACT).all() and _unit_deviation(part) for part in (one, two)):
        return "mean and deviation"
    ends = [np.stack([part.min(axis=0), part.max(axis=0)]) for part in (one, two)]
    # A column that many rows end at was cut there, or has its bounds by nature.
    lonely = (one == one.max(axis=0)).sum(axis=0).max() <= 2 and (one == one.min(axis=0)).sum(axis=0).max() <= 2
    if lonely and all(
        (np.abs(end - np.array([[low], [high]])) < _EXACT / 10).all() for end in ends for low, high in [_range(ends[0])]
    ):
        return "minimum and maximum"
    return ""


def _range(ends: Array) -> tuple[float, float]:
    return (-1.0, 1.0) if ends[0, 0] < -0.5 else (0.0, 1.0)


def _unit_deviation(part: Array) -> bool:
    """Within rounding, and within the difference between dividing by n and by n - 1."""
    return bool((np.abs(part.std(axis=0) - 1) < _EXACT * 10 + 1 / len(part)).all())


def _shifts(one: Array, two: Array, moving: Array) -> tuple[ColumnShift, ...]:
    spread = np.where(moving, one.std(axis=0), 1.0)
    difference = (two.mean(axis=0) - one.mean(axis=0)) / spread
    noise = np.sqrt(1 / len(one) + (two.std(axis=0) / spread) ** 2 / len(two))
    beyond = moving & (np.abs(difference) > _BEYOND_NOISE * noise) & (np.abs(difference) > _NOTABLE)
    order = [int(column) for column in np.argsort(-np.abs(difference)) if beyond[column]]
    return tuple(ColumnShift(column, float(difference[column]), float(noise[column])) for column in order[:3])
