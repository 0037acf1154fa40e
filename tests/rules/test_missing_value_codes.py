"""Numbers that stand for missing values."""

from dnndoctor.evidence.column_scan import ColumnScan, Marker
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Severity
from dnndoctor.rules.missing_value_codes import MissingValueCodes
from tests.evidence_samples import facts
from tests.rules.judging import findings, own_course

SUBJECT = facts(data={"scan": DataScan(columns=(ColumnScan("x", 8, markers=(Marker(3, -999.0, 0.02, 7, 0.1, 9.5),)),))})


def test_a_mark_is_a_warning_with_its_column_and_row() -> None:
    """The statement names the first row, and the range of the other values."""
    (finding,) = findings(MissingValueCodes(), SUBJECT)

    assert finding.severity is Severity.WARNING
    assert finding.evidence[0].text.startswith("x[:, 3] is -999 in 2.0% of the rows, first in row 7")
    assert "-999" in finding.remedies[0].patch
    assert finding.remedies[0].edits == (Edit("fill_missing", {"value": -999.0}),)


def test_a_run_that_learns_well_makes_it_a_note() -> None:
    """The model then copes with it."""
    assert findings(MissingValueCodes(), SUBJECT, own_course(0.95))[0].severity is Severity.NOTE


def test_columns_without_marks_give_nothing() -> None:
    """Nor does a sample that was not looked at."""
    assert findings(MissingValueCodes(), facts(data={"scan": DataScan(columns=(ColumnScan("x", 8),))})) == ()
    assert findings(MissingValueCodes(), facts()) == ()
