"""Inputs that never differ."""

from dnndoctor.evidence.column_scan import ColumnScan
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.row_scan import Duplicates
from dnndoctor.finding import Severity
from dnndoctor.rules.constant_inputs import ConstantInputs
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings


def test_rows_that_are_all_alike_are_an_error() -> None:
    """Where the targets differ, nothing can be learned of such rows."""
    subject = facts(data={"scan": DataScan(duplicates=Duplicates(1000, 1, continuous=False, pair=(0, 1)))})

    (finding,) = findings(ConstantInputs(), subject)

    assert finding.severity is Severity.ERROR


def test_equal_rows_with_equal_targets_or_a_loss_of_ones_own_are_left_to_others() -> None:
    """Constant targets have a rule, and a loss of the user's own may want no inputs."""
    scan = {"scan": DataScan(duplicates=Duplicates(1000, 1, continuous=False, pair=(0, 1)))}

    assert findings(ConstantInputs(), facts(targets=[target(array={"distinct": 1})], data=scan)) == ()
    assert findings(ConstantInputs(), facts(outputs=[output(loss=None)], data=scan)) == ()


def test_constant_columns_of_a_table_are_a_note_and_those_of_wide_rows_nothing() -> None:
    """People choose columns of a table; the rim of a picture comes with it."""
    table, wide = (ColumnScan("x", columns, constant=(2, 5), constant_count=2) for columns in (12, 784))

    (finding,) = findings(ConstantInputs(), facts(data={"scan": DataScan(columns=(table,))}))

    assert finding.severity is Severity.NOTE
    assert "x[:, 2], x[:, 5]" in finding.evidence[0].text
    assert findings(ConstantInputs(), facts(data={"scan": DataScan(columns=(wide,))})) == ()
