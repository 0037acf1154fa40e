"""Class ids that a sparse cross-entropy cannot look up."""

import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.labels_out_of_range import LabelsOutOfRange
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings, first_batch


def test_ids_counted_from_one_are_an_error() -> None:
    """Ids 1 to 10 on ten units are shifted labels."""
    (finding,) = findings(LabelsOutOfRange(), facts(targets=[target(array={"minimum": 1.0, "maximum": 10.0})]))

    assert finding.cause is Cause.LABELS
    assert finding.severity is Severity.ERROR
    assert finding.remedies[0].edits == (Edit("shift_labels", {"by": -1}),)


@pytest.mark.parametrize("array", [{"minimum": -1.0}, {"integer_valued": False}])
def test_negative_and_fractional_ids_are_errors(array: dict[str, float]) -> None:
    """Negative ids have no unit, fractions are cut."""
    assert findings(LabelsOutOfRange(), facts(targets=[target(array=array)]))


def test_ignored_ids_are_silent() -> None:
    """An id out of range under a loss that is finite all the same is one the loss was told to ignore."""
    assert findings(LabelsOutOfRange(), facts(targets=[target(array={"minimum": -1.0})]), first_batch()) == ()


def test_ids_that_do_not_start_at_zero_by_chance_are_silent() -> None:
    """Ids 1 to 9 on ten units only miss the first class in this sample."""
    assert findings(LabelsOutOfRange(), facts(targets=[target(array={"minimum": 1.0, "maximum": 9.0})])) == ()


def test_ids_with_gaps_are_not_only_moved() -> None:
    """They have to be written anew, which no edit does; ids below 0 are moved up."""
    gaps = facts(targets=[target(array={"minimum": -5.0, "maximum": 10.0})])
    below = facts(targets=[target(array={"minimum": -1.0, "maximum": 8.0})])

    assert findings(LabelsOutOfRange(), gaps)[0].remedies[0].edits == ()
    assert findings(LabelsOutOfRange(), below)[0].remedies[0].edits == (Edit("shift_labels", {"by": 1}),)


def test_other_losses_are_not_judged() -> None:
    """A regression on whole numbers from 1 to 10 has no ids."""
    head = output("linear", 10, "mean_squared_error")

    assert findings(LabelsOutOfRange(), facts([head], [target(array={"minimum": 1.0, "maximum": 10.0})])) == ()
