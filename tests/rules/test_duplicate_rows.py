"""Rows that occur more than once."""

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.row_scan import Duplicates
from dnndoctor.finding import Severity
from dnndoctor.rules.duplicate_rows import DuplicateRows
from tests.evidence_samples import facts
from tests.rules.judging import findings


def test_copies_are_a_note_with_a_pair() -> None:
    """Two rows to look at are named."""
    twice = Duplicates(1000, 700, continuous=True, pair=(3, 40))

    (finding,) = findings(DuplicateRows(), facts(data={"scan": DataScan(duplicates=twice)}))

    assert finding.severity is Severity.NOTE
    assert "row 40 repeats row 3" in finding.evidence[0].text


def test_lists_of_cases_and_single_copies_are_left_alone() -> None:
    """Categories meet by chance, and three copies in a thousand rows are not worth a line."""
    for healthy in (
        Duplicates(1000, 40, continuous=False, pair=(0, 1)),
        Duplicates(1000, 997, continuous=True, pair=(0, 1)),
        Duplicates(1000, 1000, continuous=True),
    ):
        assert findings(DuplicateRows(), facts(data={"scan": DataScan(duplicates=healthy)})) == ()
    assert findings(DuplicateRows(), facts()) == ()
