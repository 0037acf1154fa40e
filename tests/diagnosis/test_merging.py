"""One finding a cause."""

from dnndoctor.diagnosis.merging import Sourced, absorb, merge
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Cause, Finding, Remedy, Severity, Statement, Where


def sourced(
    code: str,
    cause: Cause = Cause.LOSS_FUNCTION,
    confidence: float = 0.5,
    severity: Severity = Severity.ERROR,
    where: tuple[Where, ...] = (),
    remedies: tuple[Remedy, ...] = (),
) -> Sourced:
    evidence = (Statement(f"seen by {code}", "facts", {"x": 1.0}),)
    return Sourced(Finding(code, code, cause, code, severity, confidence, where, evidence, remedies), "facts", (code,))


def by_confidence(each: Sourced) -> float:
    return each.finding.confidence


def test_same_cause_is_merged() -> None:
    """The higher one leads, and keeps the evidence, remedies and codes of both."""
    weak, strong = sourced("DD511", confidence=0.3), sourced("DD201", confidence=0.9)

    (merged,) = merge([weak, strong], by_confidence)

    assert merged.finding.code == "DD201"
    assert merged.codes == ("DD201", "DD511")
    assert [statement.text for statement in merged.finding.evidence] == ["seen by DD201", "seen by DD511"]


def test_different_causes_stay_apart() -> None:
    """Two causes are two findings."""
    assert len(merge([sourced("DD201"), sourced("DD202", Cause.LABELS)], by_confidence)) == 2


def test_different_places_stay_apart() -> None:
    """Two outputs with a wrong loss each are two findings, and a third without a place joins the first."""
    a, b, anywhere = (
        sourced("DD201", where=(Where("a"),)),
        sourced("DD202", where=(Where("b"),)),
        sourced("DD511", confidence=0.1),
    )

    merged = merge([a, b, anywhere], by_confidence)

    assert [each.codes for each in merged] == [("DD201", "DD511"), ("DD202",)]


def test_one_rule_is_not_merged_with_itself() -> None:
    """What one rule keeps apart stays apart."""
    assert len(merge([sourced("DD201"), sourced("DD201")], by_confidence)) == 2


def test_equal_remedies_are_listed_once() -> None:
    """The same edits under two titles are one remedy."""
    edit = Edit("learning_rate", {"factor": 0.1})
    first, second = Remedy("Lower the rate", (edit,)), Remedy("Lower it", (edit,))

    (merged,) = merge([sourced("DD401", remedies=(first,)), sourced("DD403", remedies=(second,))], by_confidence)

    assert merged.finding.remedies == (first,)


def test_order_does_not_matter() -> None:
    """Findings in another order merge to the same."""
    findings = [sourced("DD201"), sourced("DD511"), sourced("DD401", Cause.EPOCHS), sourced("DD403", Cause.EPOCHS)]

    assert merge(findings, by_confidence) == merge(findings[::-1], by_confidence)


def test_guess_is_absorbed() -> None:
    """A symptom that only guesses becomes evidence of the surest error."""
    guess, sure, less = (
        sourced("DD514", Cause.LABELS, 0.15),
        sourced("DD401", Cause.EPOCHS, 0.8),
        sourced("DD201", confidence=0.4),
    )

    kept = absorb([guess, less, sure])

    assert [each.codes for each in kept] == [("DD201",), ("DD401", "DD514")]
    assert kept[1].finding.evidence[-1].text == "seen by DD514"


def test_guess_stands_alone() -> None:
    """Where no other error explains it, it stays."""
    guess, warning = sourced("DD514", Cause.LABELS, 0.15), sourced("DD201", severity=Severity.WARNING)

    assert absorb([guess, warning]) == (guess, warning)
