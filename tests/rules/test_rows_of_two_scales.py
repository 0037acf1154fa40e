"""Rows that were scaled beside rows that were not."""

from dnndoctor.evidence.column_scan import TwoScales
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.finding import Severity
from dnndoctor.rules.rows_of_two_scales import RowsOfTwoScales
from tests.evidence_samples import facts
from tests.rules.judging import findings, own_course

SUBJECT = facts(data={"scan": DataScan(two_scales=(("x", TwoScales(0.1, 1.0, 255.0, 0, 5)),))})


def test_two_scales_are_a_warning_with_a_row_of_each() -> None:
    """The first row of either side is named."""
    (finding,) = findings(RowsOfTwoScales(), SUBJECT)

    assert finding.severity is Severity.WARNING
    assert "first in row 5" in finding.evidence[0].text


def test_a_run_that_learns_well_makes_it_a_note() -> None:
    """The model then copes with it."""
    assert findings(RowsOfTwoScales(), SUBJECT, own_course(0.95))[0].severity is Severity.NOTE


def test_rows_of_one_scale_give_nothing() -> None:
    """The default sample has one."""
    assert findings(RowsOfTwoScales(), facts()) == ()
