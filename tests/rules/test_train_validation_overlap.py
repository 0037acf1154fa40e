"""Rows that are both trained and validated on."""

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.row_scan import Duplicates
from dnndoctor.evidence.split_scan import Overlap
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.train_validation_overlap import TrainValidationOverlap
from tests.evidence_samples import facts
from tests.rules.judging import findings


def subject(share: float, *, shared: float = 0.0, continuous: bool = True) -> Facts:
    """A subject that many of whose validation rows are training rows."""
    both = Overlap(share, (4, 17) if share else None)
    scan = DataScan(duplicates=Duplicates(1000, 900, continuous, shared=shared), overlap=both)
    return facts(data={"validation_rows": 200, "validation_source": "given", "scan": scan})


def test_a_substantial_overlap_is_a_warning_with_a_pair() -> None:
    """The first validation row and its training row are named."""
    (finding,) = findings(TrainValidationOverlap(), subject(0.3))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.LEAKAGE)
    assert "validation row 4 is training row 17" in finding.evidence[0].text


def test_validating_on_the_training_data_is_called_so() -> None:
    """All rows are the same then."""
    assert findings(TrainValidationOverlap(), subject(1.0))[0].title == "The validation data are training data"


def test_few_rows_are_a_note() -> None:
    """Three in a hundred hardly move the score."""
    assert findings(TrainValidationOverlap(), subject(0.03))[0].severity is Severity.NOTE


def test_rows_that_repeat_anyway_are_a_note() -> None:
    """Training rows that have twins among themselves have them across the split as well."""
    assert findings(TrainValidationOverlap(), subject(0.73, shared=0.74))[0].severity is Severity.NOTE


def test_categories_and_clean_splits_are_left_alone() -> None:
    """Rows of a few values meet by chance."""
    assert findings(TrainValidationOverlap(), subject(0.9, continuous=False)) == ()
    assert findings(TrainValidationOverlap(), subject(0.0)) == ()
    assert findings(TrainValidationOverlap(), facts()) == ()
