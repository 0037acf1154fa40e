"""Calibrated confidences."""

from dataclasses import replace

import pytest

from dnndoctor.diagnosis.confidence import LIMIT, Weights, traits_of, weighed, weights
from dnndoctor.diagnosis.diagnose import Diagnosis, RankedFinding, Verdict
from dnndoctor.diagnosis.ranking import CONFIDENCE, Term
from dnndoctor.finding import Cause, Finding, Severity


def ranked(cause: Cause, score: float, confidence: float = 0.5, severity: Severity = Severity.ERROR, *more: str) -> RankedFinding:
    """A finding of that score, with further terms by name."""
    summands = (Term("confidence", CONFIDENCE * confidence, ""), *(Term(name, 1.0, "") for name in more))
    return RankedFinding(1, Finding("DD401", "name", cause, "title", severity, confidence), score, summands, ("DD401",))


def diagnosis(*findings: RankedFinding) -> Diagnosis:
    return Diagnosis(Verdict.SICK, findings, (), (), ())


FIRST = ranked(Cause.LEARNING_RATE_LOW, 9.0, 0.7)
SECOND = ranked(Cause.EPOCHS, 7.0, 0.4)
NOTE = ranked(Cause.OPTIMIZER, 1.0, 0.1, Severity.NOTE)


def test_a_finding_far_ahead_is_surer_than_the_one_behind_it() -> None:
    """With the weights that ship, what leads gains, and what is behind it loses."""
    alone, (first, second) = weighed(diagnosis(FIRST)).findings[0], weighed(diagnosis(FIRST, SECOND)).findings

    assert alone.finding.confidence > first.finding.confidence > second.finding.confidence


def test_traits_are_unit_free_and_named() -> None:
    """The lead is a share of the widest one, the rule's own word its log odds."""
    traits = traits_of(ranked(Cause.LABELS, 8.0, 0.5, Severity.ERROR, "contract"), (ranked(Cause.LABELS, 8.0), SECOND))

    assert traits == pytest.approx({"rule": 0.0, "lead": 0.25, "rivals": 0.693, "contract": 1.0, "symptom": 0.0}, abs=1e-3)


def test_a_note_keeps_its_own() -> None:
    """It names nothing as the fault, and is no rival either."""
    kept = weighed(diagnosis(FIRST, NOTE)).findings

    assert kept[1] is NOTE
    assert kept[0].finding.confidence == weighed(diagnosis(FIRST)).findings[0].finding.confidence


def test_nothing_but_the_confidence_changes() -> None:
    """Rank, score and terms stay, so that weighing twice is weighing once."""
    once = weighed(diagnosis(FIRST, SECOND))

    assert weighed(once) == once
    assert [replace(each, finding=FIRST.finding) for each in once.findings[:1]] == [FIRST]


def test_nobody_is_certain() -> None:
    """Whatever the weights say, there is a limit to both sides."""
    assert Weights(50.0, {}).confidence({}) == LIMIT
    assert Weights(-50.0, {}).confidence({}) == pytest.approx(1 - LIMIT)


def test_the_weights_that_ship_are_of_traits_that_exist() -> None:
    """No coefficient is left of a trait that was renamed."""
    assert set(weights().coefficients) == set(traits_of(FIRST, (FIRST,)))
