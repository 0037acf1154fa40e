"""Sample weights below zero, or nearly all zero."""

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.row_scan import WeightScan
from dnndoctor.finding import Severity
from dnndoctor.rules.odd_sample_weights import OddSampleWeights
from tests.evidence_samples import facts
from tests.rules.judging import findings


def subject(weights: WeightScan | None) -> Facts:
    """A subject with these weights."""
    return facts(data={"scan": DataScan(weights=weights)})


def test_negative_weights_are_a_warning_with_the_row() -> None:
    """The first row is named."""
    (finding,) = findings(OddSampleWeights(), subject(WeightScan(1, 5, 0.0)))

    assert finding.severity is Severity.WARNING
    assert finding.title == "1 sample weight is negative, first in row 5"


def test_weights_that_leave_next_to_nothing_are_a_warning() -> None:
    """Two rows in a thousand are trained."""
    assert findings(OddSampleWeights(), subject(WeightScan(0, None, 0.998)))[0].severity is Severity.WARNING


def test_masks_and_no_weights_at_all_are_left_alone() -> None:
    """Half of the steps masked is usual."""
    assert findings(OddSampleWeights(), subject(WeightScan(0, None, 0.5))) == ()
    assert findings(OddSampleWeights(), subject(None)) == ()
