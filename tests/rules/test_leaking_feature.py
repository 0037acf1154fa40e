"""A column that is the target."""

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.row_scan import TellingColumn
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.leaking_feature import LeakingFeature
from tests.evidence_samples import facts
from tests.rules.judging import findings


def test_a_column_that_is_the_target_is_a_warning_with_its_index() -> None:
    """It is named as a person writes it."""
    told = TellingColumn("output", "x", 4, 20, 0, "has one value for each class")

    (finding,) = findings(LeakingFeature(), facts(data={"scan": DataScan(telling=(told,))}))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.LEAKAGE)
    assert finding.title.startswith("x[:, 4]")


def test_columns_that_tell_nothing_give_nothing() -> None:
    """The default sample has none that does."""
    assert findings(LeakingFeature(), facts()) == ()
