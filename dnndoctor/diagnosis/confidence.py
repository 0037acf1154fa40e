"""How sure the doctor is of each finding, once remedies were tried: a logistic model over named, unit-free traits.

A rule says how telling its own evidence is. It does not know what the other rules found, nor that its remedy cured the patient;
how often a finding with such a record was right was counted on patients whose faults are known. The coefficients and the command
that made them stand in `confidence.json` beside this file.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from dnndoctor.diagnosis.diagnose import Diagnosis, RankedFinding
from dnndoctor.diagnosis.ranking import CONFIDENCE
from dnndoctor.finding import Severity

FILE = "confidence.json"

LIMIT = 0.97
"""Nobody is surer than this: of the patients that the coefficients were made from, a few dozen were of any one kind."""

WIDEST_LEAD = 4.0
"""Score points beyond which a longer lead tells nothing more: a step of severity and a point."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted model.

    Attributes:
        intercept: Log odds of a finding without any trait.
        coefficients: Change of the log odds for a unit of each trait, by the trait's name.
    """

    intercept: float
    coefficients: Mapping[str, float]

    def confidence(self, traits: Mapping[str, float]) -> float:
        """Probability that a finding's cause is a fault of the patient.

        Args:
            traits: By name; what the model has no coefficient for counts nothing.
        """
        log_odds = self.intercept + sum(self.coefficients.get(name, 0.0) * value for name, value in traits.items())
        return min(LIMIT, max(1 - LIMIT, 1 / (1 + math.exp(-log_odds))))


@cache
def weights() -> Weights:
    """Those that ship with the package."""
    stored = json.loads(resources.files(__package__).joinpath(FILE).read_text())
    return Weights(stored["intercept"], stored["coefficients"])


def weighed(diagnosis: Diagnosis, model: Weights | None = None) -> Diagnosis:
    """The diagnosis with calibrated confidences; a note keeps its rule's, for it names nothing as the fault.

    Args:
        diagnosis: After treatment.
        model: What to weigh by; `weights()` where None.
    """
    model = model or weights()
    findings = tuple(
        replace(ranked, finding=replace(ranked.finding, confidence=round(model.confidence(traits), 2))) if traits else ranked
        for ranked in diagnosis.findings
        for traits in [traits_of(ranked, diagnosis.findings)]
    )
    return replace(diagnosis, findings=findings)


def traits_of(ranked: RankedFinding, all_findings: Sequence[RankedFinding]) -> dict[str, float]:
    """What the model looks at; nothing for a note.

    "rule": log odds of what the rule itself is sure of. "lead": by how much its score, with what treatment added to it, is ahead
    of the best other cause's, -1 to 1. "rivals": logarithm of one more than the other causes that are named. "contract" and
    "symptom": whether something is broken on the real arrays, and whether it only shows what is wrong.

    Args:
        ranked: The finding.
        all_findings: Those of the diagnosis, itself among them.
    """
    if ranked.finding.severity is Severity.NOTE:
        return {}
    points = {term.name: term.points for term in ranked.terms}
    loud = [other for other in all_findings if other.finding.severity is not Severity.NOTE]
    rivals = [other.score for other in loud if other.finding.cause is not ranked.finding.cause]
    lead = ranked.score - max(rivals) if rivals else WIDEST_LEAD
    return {
        "rule": _log_odds(points["confidence"] / CONFIDENCE),
        "lead": max(-WIDEST_LEAD, min(WIDEST_LEAD, lead)) / WIDEST_LEAD,
        "rivals": math.log1p(len({other.finding.cause for other in loud} - {ranked.finding.cause})),
        "contract": float("contract" in points),
        "symptom": float("symptom" in points),
    }


def _log_odds(probability: float) -> float:
    bounded = min(LIMIT, max(1 - LIMIT, probability))
    return math.log(bounded / (1 - bounded))
