"""How good a trained variant of a case is, in the way of the cases' own checks, and whether a prescription cures.

Scores, by `check.score` of a case's `truth.json`:

- accuracy: the largest of several columns, a threshold of one; balanced: the mean of the classes' own accuracies.
- multilabel: the share of entries on the right side of the threshold.
- r2: 1 - MSE / variance, on the targets that the variant itself is given.
- seq_accuracy: the largest per time step, steps with label 0 (padding) left out.
- multi: the mean over outputs of accuracy (several columns) or r2 (one column), r2 floored at -1.

Predictions that are not finite have no score: NaN, which counts as the floor.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FLOORS = {"r2": 0.0, "multi": -1.0}
"""The worst that counts, by kind of score: that of the best constant, below which all failures are alike. Zero for the others."""

CLOSED = 0.9
"""Share of the gap between faulty and fixed that a cure closes."""


def score(kind: str, y: Any, p: Any, *, logits: bool = False, names: Sequence[str] = ()) -> float:
    """The score of predictions.

    Args:
        kind: See the module.
        y: Targets, as the variant is given them.
        p: Predictions, as the model gives them.
        logits: Whether 0 and not 0.5 is the threshold of a single column.
        names: Of the outputs, where predictions come in a list and targets in a dict.

    Returns:
        NaN where predictions are not finite.
    """
    if kind == "multi":
        by_name = dict(zip(names, p, strict=True)) if isinstance(p, list | tuple) and isinstance(y, Mapping) else p
        return statistics.fmean(
            _of_output(y[key], by_name[key], logits) for key in (y if isinstance(y, Mapping) else range(len(y)))
        )
    y, p = np.asarray(y), np.asarray(p, np.float64)
    if not np.isfinite(p).all():
        return math.nan
    match kind:
        case "multilabel":
            return float(np.mean((p > _threshold(logits)) == (y > 0.5)))
        case "r2":
            wide, told = (values.reshape(len(values), -1).astype(np.float64) for values in (y, p))
            return float(1 - np.mean((told - wide) ** 2) / max(np.var(wide, axis=0).mean(), 1e-30))
        case "seq_accuracy":
            ids = y.reshape(p.shape[:-1])
            return float(np.mean(p.argmax(-1)[ids > 0] == ids[ids > 0]))
    told, truth = _classes(y, p, logits)
    if kind == "balanced":
        return float(np.mean([np.mean(told[truth == each] == each) for each in np.unique(truth)]))
    return float(np.mean(told == truth))


def _of_output(y: Any, p: Any, logits: bool) -> float:
    several = np.asarray(p).ndim > 1 and np.asarray(p).shape[-1] > 1
    return score("accuracy", y, p, logits=logits) if several else max(-1.0, score("r2", y, p))


def _classes(y: Any, p: Any, logits: bool) -> tuple[Any, Any]:
    if p.ndim > 1 and p.shape[-1] > 1:
        told = p.argmax(-1)
        return told, y.argmax(-1) if y.shape == p.shape else np.round(y.reshape(told.shape)).astype(int)
    told = (p.reshape(len(p), -1) > _threshold(logits)).astype(int)
    ids = y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else y
    return told, np.round(np.asarray(ids, np.float64).reshape(told.shape)).astype(int)


def _threshold(logits: bool) -> float:
    return 0.0 if logits else 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a variant cures a case.

    Attributes:
        faulty, fixed, treated: Mean scores, none below the floor.
        spread: Of the fixed variant between seeds, its mean less its worst.
        cured: Whether the treated mean is within that spread of the fixed one's, or closes most of the gap.
        short: How much the treated mean lacks to the fixed one's, 0 where it lacks nothing.
    """

    faulty: float
    fixed: float
    treated: float
    spread: float
    cured: bool
    short: float


def judge(kind: str, faulty: Sequence[float], fixed: Sequence[float], treated: Sequence[float]) -> Verdict:
    """Whether a treated variant is as good as the fixed one.

    Args:
        kind: Of the scores.
        faulty, fixed, treated: Scores by seed, at least one each.
    """
    floor = FLOORS.get(kind, 0.0)
    counted = [[max(value, floor) if math.isfinite(value) else floor for value in values] for values in (faulty, fixed, treated)]
    before, aim, after = map(statistics.fmean, counted)
    spread = aim - min(counted[1])
    cured = after >= aim - spread or (aim > before and after - before >= CLOSED * (aim - before))
    return Verdict(before, aim, after, spread, cured, max(0.0, aim - after))


def wilson(successes: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), which stays within 0 and 1 for small counts.

    Args:
        successes: Out of `count`.
        count: At least 1.
    """
    z = 1.959964
    share = successes / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half), min(1.0, centre + half)
