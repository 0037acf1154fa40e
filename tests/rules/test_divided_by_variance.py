"""Inputs divided by the variance."""

from dnndoctor.evidence.column_scan import ColumnScan, VarianceDivision
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.finding import Severity
from dnndoctor.rules.divided_by_variance import DividedByVariance
from tests.evidence_samples import facts
from tests.rules.judging import findings, own_course

MARK = VarianceDivision(tested=8, matching=8, column=9, deviation=141.8)


def test_the_mark_of_the_variance_is_a_warning_with_the_column() -> None:
    """The column whose deviation is farthest from one is named."""
    subject = facts(data={"scan": DataScan(columns=(ColumnScan("x", 30, variance=MARK),))})

    (finding,) = findings(DividedByVariance(), subject)

    assert finding.severity is Severity.WARNING
    assert "x[:, 9]" in finding.evidence[0].text
    assert finding.remedies[0].edits[0].name == "standardize_inputs"


def test_a_run_that_learns_well_makes_it_a_note() -> None:
    """What is odd about the inputs then does no harm."""
    subject = facts(data={"scan": DataScan(columns=(ColumnScan("x", 30, variance=MARK),))})

    assert findings(DividedByVariance(), subject, own_course(0.95))[0].severity is Severity.NOTE


def test_columns_without_the_mark_give_nothing() -> None:
    """Nor does a sample that was not looked at."""
    assert findings(DividedByVariance(), facts(data={"scan": DataScan(columns=(ColumnScan("x", 30),))})) == ()
    assert findings(DividedByVariance(), facts()) == ()
