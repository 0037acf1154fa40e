"""Equal inputs with different targets."""

from typing import Any

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.row_scan import Duplicates
from dnndoctor.finding import Severity
from dnndoctor.rules.conflicting_labels import ConflictingLabels
from tests.evidence_samples import facts
from tests.rules.judging import findings


def subject(**details: Any) -> Facts:
    """A subject with equal rows."""
    return facts(data={"scan": DataScan(duplicates=Duplicates(**{"rows": 1000, "pair": (0, 9), "output": "output", **details}))})


COPIES = {"distinct": 700, "continuous": True, "conflicting": 0.25, "conflict": (7, 200), "ceiling": 0.75, "constant": 0.25}
TABLE = {"distinct": 90, "continuous": False, "conflicting": 0.2, "conflict": (7, 200), "ceiling": 0.8, "constant": 0.5}


def test_copies_with_other_labels_are_a_warning_with_the_bound() -> None:
    """Rows of measurements that are equal are copies, and what they leave possible is arithmetic."""
    (finding,) = findings(ConflictingLabels(), subject(**COPIES))

    assert finding.severity is Severity.WARNING
    assert "75.0%" in finding.title
    assert "rows 7 and 200" in finding.evidence[0].text


def test_categories_collide_by_nature() -> None:
    """A table of categories with a bound well above the constant answer is a note; one that leaves nothing is not."""
    assert findings(ConflictingLabels(), subject(**TABLE))[0].severity is Severity.NOTE
    assert findings(ConflictingLabels(), subject(**TABLE | {"ceiling": 0.53}))[0].severity is Severity.WARNING


def test_numbers_are_judged_by_the_variance_that_is_left() -> None:
    """A tenth of the variance between equal rows of measurements is a warning."""
    numbers = {"distinct": 700, "continuous": True, "conflicting": 0.3, "conflict": (7, 200)}

    assert findings(ConflictingLabels(), subject(**numbers, unexplained=0.1))[0].severity is Severity.WARNING
    assert findings(ConflictingLabels(), subject(**numbers, unexplained=0.002)) == ()


def test_equal_rows_with_equal_targets_are_left_alone() -> None:
    """Repetition is another matter."""
    assert findings(ConflictingLabels(), subject(distinct=700, continuous=True)) == ()
    assert findings(ConflictingLabels(), facts()) == ()
