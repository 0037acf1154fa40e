"""Columns that pile up at a bound."""

from dnndoctor.evidence.column_scan import ColumnScan, Pile
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.finding import Severity
from dnndoctor.rules.clipped_features import ClippedFeatures
from tests.evidence_samples import facts
from tests.rules.judging import findings


def test_piles_are_a_note_with_column_and_share() -> None:
    """Nothing in the numbers tells damage from a bound that belongs to the quantity."""
    scan = ColumnScan("x", 8, piles=(Pile(3, 5.0, 0.12, top=True), Pile(6, -1.0, 0.07, top=False)))

    (finding,) = findings(ClippedFeatures(), facts(data={"scan": DataScan(columns=(scan,))}))

    assert finding.severity is Severity.NOTE
    assert "12% of x[:, 3] are exactly 5, its largest value" in finding.evidence[0].text


def test_columns_without_piles_give_nothing() -> None:
    """Nor does a sample that was not looked at."""
    assert findings(ClippedFeatures(), facts(data={"scan": DataScan(columns=(ColumnScan("x", 8),))})) == ()
    assert findings(ClippedFeatures(), facts()) == ()
