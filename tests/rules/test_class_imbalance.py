"""Classes of very unlike frequency."""

from typing import Any

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Severity
from dnndoctor.rules.class_imbalance import ClassImbalance
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings, own_course


def subject(*shares: float, **details: Any) -> Facts:
    """A subject with these shares of classes."""
    return facts(targets=[target("class_ids", len(shares), class_shares=shares)], **details)


def test_a_common_class_is_a_note_with_what_a_constant_gets() -> None:
    """The accuracy of the constant answer is in the title; accuracy as the only metric is said."""
    (finding,) = findings(ClassImbalance(), subject(0.93, 0.07, outputs=[output(metrics=("sparse_categorical_accuracy",))]))

    assert finding.severity is Severity.NOTE
    assert "93.0%" in finding.title
    assert "accuracy is all that is watched" in finding.evidence[0].text


def test_a_run_that_does_no_better_makes_it_a_warning() -> None:
    """Unless the classes are weighted, or the shares are not that far apart."""
    weighted = subject(0.95, 0.05, recipe={"class_weighted": True})

    assert findings(ClassImbalance(), subject(0.95, 0.05), own_course(0.0))[0].severity is Severity.WARNING
    assert findings(ClassImbalance(), subject(0.95, 0.05), own_course(0.6))[0].severity is Severity.NOTE
    assert findings(ClassImbalance(), weighted, own_course(0.0))[0].severity is Severity.NOTE
    assert findings(ClassImbalance(), subject(0.82, 0.18), own_course(0.0))[0].severity is Severity.NOTE
    assert [edit.name for edit in findings(ClassImbalance(), subject(0.95, 0.05))[0].remedies[0].edits] == ["class_weights"]
    assert findings(ClassImbalance(), weighted)[0].remedies[0].edits == ()


def test_even_classes_numbers_and_single_classes_are_left_alone() -> None:
    """A single class is a constant target, which has its own rule."""
    assert findings(ClassImbalance(), subject(0.4, 0.35, 0.25)) == ()
    assert findings(ClassImbalance(), facts(targets=[target("continuous")])) == ()
    assert findings(ClassImbalance(), facts(targets=[target("class_ids", class_shares=(1.0,), classes=1)])) == ()
