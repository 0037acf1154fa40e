"""Classes that are rare in training and common in validation."""

from dataclasses import replace

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.own_course import OwnCourse
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.rare_in_training import RareInTraining
from tests.evidence_samples import facts, target
from tests.rules.judging import findings, own_course
from tests.rules.test_validation_classes_unseen import ALIKE


def subject(distance: float = 0.4, shares: tuple[float, ...] = (0.9, 0.1), **recipe: object) -> Facts:
    """A subject whose validation rows hold the classes in other shares."""
    scan = DataScan(classes=(replace(ALIKE, distance=distance),))
    return facts(
        targets=[target("class_ids", 2, class_shares=shares)],
        data={"validation_rows": 300, "validation_source": "given", "scan": scan},
        recipe=recipe,
    )


def course(trained: float, held_out: float) -> OwnCourse:
    """A run that reaches these skills."""
    whole = own_course(held_out)
    return replace(whole, runs=tuple(replace(run, train_skill=trained) for run in whole.runs))


def test_rare_classes_that_count_are_a_warning() -> None:
    """The shares of both parts and the skill that is lost are told, and weights for the classes are the remedy."""
    (finding,) = findings(RareInTraining(), subject(), course(0.9, 0.6))

    assert (finding.cause, finding.severity) == (Cause.CLASS_IMBALANCE, Severity.WARNING)
    assert [edit.name for edit in finding.remedies[0].edits] == ["class_weights"]


def test_silent_where_it_does_not_matter() -> None:
    """Not where nothing is lost, the parts are alike, the classes even, weighted already, or all is well."""
    assert findings(RareInTraining(), subject(), course(0.65, 0.6)) == ()
    assert findings(RareInTraining(), subject(distance=0.1), course(0.9, 0.6)) == ()
    assert findings(RareInTraining(), subject(shares=(0.6, 0.4)), course(0.9, 0.6)) == ()
    assert findings(RareInTraining(), subject(class_weighted=True), course(0.9, 0.6)) == ()
    assert findings(RareInTraining(), subject(), course(0.99, 0.83)) == ()
