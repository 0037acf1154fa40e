"""How well confidences tell what is right: over findings above a note, one a cause and patient."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sklearn.metrics import roc_auc_score

from tests.clinic.examination import Result
from tests.clinic.patients import Truth
from tests.clinic.score import right_causes

BINS = 5
"""Of equal width: with 50 findings or so there are ten in a bin."""

DRAWS = 1000
"""Of the bootstrap, over patients, since the findings of one hang together."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A cause that was named.

    Attributes:
        confidence: 0 to 1.
        right: Whether it is one of the patient's.
    """

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """What all claims together show.

    Attributes:
        claims: How many there are.
        base_rate: Share of the right ones.
        brier_skill: One less the Brier score over that of always saying the base rate; 0 where all are right or none is.
        auroc: Probability that a right one is surer than a wrong one; None where all are right or none is.
        error: Expected calibration error over the bins.
        error_interval: 95 % of the bootstrap's draws lie within.
        bins: Of each bin that holds any: how many, their mean confidence, the share that is right.
    """

    claims: int
    base_rate: float
    brier_skill: float
    auroc: float | None
    error: float
    error_interval: tuple[float, float]
    bins: tuple[tuple[int, float, float], ...]


def claims_of(truth: Truth, result: Result, *, lenient: bool) -> tuple[Claim, ...]:
    """The highest ranked finding of each cause that was named.

    Args:
        truth: What is wrong with the patient.
        result: What was found.
        lenient: Whether acceptable causes are right, too.
    """
    first = {finding.cause: finding for finding in reversed(result.findings) if finding.loud}
    right = right_causes(truth, lenient=lenient)
    return tuple(Claim(finding.confidence, cause in right) for cause, finding in first.items())


def calibration(truths: Iterable[Truth], found: Mapping[str, Result], *, lenient: bool) -> Calibration | None:
    """The figures; None where nothing was named.

    Args:
        truths: Of the patients.
        found: The results that there are.
        lenient: Whether acceptable causes are right, too.
    """
    by_patient = [claims_of(truth, found[truth.id], lenient=lenient) for truth in truths if truth.id in found]
    claims = [claim for claims in by_patient for claim in claims]
    if not claims:
        return None
    base = sum(claim.right for claim in claims) / len(claims)
    brier = sum((claim.confidence - claim.right) ** 2 for claim in claims) / len(claims)
    mixed = 0 < base < 1
    rng = random.Random(0)
    errors = sorted(_error([claim for one in rng.choices(by_patient, k=len(by_patient)) for claim in one]) for _ in range(DRAWS))
    return Calibration(
        claims=len(claims),
        base_rate=base,
        brier_skill=1 - brier / (base * (1 - base)) if mixed else 0.0,
        auroc=float(roc_auc_score([claim.right for claim in claims], [claim.confidence for claim in claims])) if mixed else None,
        error=_error(claims),
        error_interval=(errors[round(0.025 * DRAWS)], errors[round(0.975 * DRAWS) - 1]),
        bins=tuple(_bins(claims)),
    )


def precision_at(truths: Iterable[Truth], found: Mapping[str, Result], recall: float, *, lenient: bool) -> float | None:
    """The share of right claims among the surest ones that together name so many of the faults; None where all are too few.

    Args:
        truths: Of the patients.
        found: The results that there are.
        recall: Share of all faults, 0 to 1.
        lenient: Whether acceptable causes are right, too, each in place of one fault.
    """
    seen = [truth for truth in truths if truth.id in found]
    by_patient = {truth.id: claims_of(truth, found[truth.id], lenient=lenient) for truth in seen}
    faults = sum(len(truth.faults) for truth in seen)
    for least in sorted({claim.confidence for claims in by_patient.values() for claim in claims}, reverse=True):
        sure = {name: [claim.right for claim in claims if claim.confidence >= least] for name, claims in by_patient.items()}
        if sum(min(len(truth.faults), sum(sure[truth.id])) for truth in seen) >= recall * faults > 0:
            return sum(map(sum, sure.values())) / sum(map(len, sure.values()))
    return None


def _bins(claims: Sequence[Claim]) -> Iterable[tuple[int, float, float]]:
    for number in range(BINS):
        inside = [claim for claim in claims if min(BINS - 1, int(BINS * claim.confidence)) == number]
        if inside:
            sure = sum(claim.confidence for claim in inside) / len(inside)
            yield len(inside), sure, sum(claim.right for claim in inside) / len(inside)


def _error(claims: Sequence[Claim]) -> float:
    return sum(count * abs(sure - right) for count, sure, right in _bins(claims)) / max(1, len(claims))
