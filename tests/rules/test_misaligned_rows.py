"""Inputs that belong to other rows' targets."""

from dataclasses import replace

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.row_scan import Alignment
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.misaligned_rows import MisalignedRows
from tests.evidence_samples import facts
from tests.rules.judging import findings

ROLLED = Alignment("output", 1000, own=0.4, best=45.0, shift=1, in_sequence=False, sorted_inputs=False)


def subject(found: Alignment) -> Facts:
    """A subject whose rows stand to each other so."""
    return facts(data={"scan": DataScan(alignments=(found,))})


def test_a_shift_that_stands_out_is_an_error_with_the_lines_that_undo_it() -> None:
    """The rows as given show nothing, and the rows one further on stand out."""
    (finding,) = findings(MisalignedRows(), subject(ROLLED))

    assert (finding.severity, finding.cause) == (Severity.ERROR, Cause.LABELS)
    assert finding.title.endswith("row i + 1")
    assert finding.remedies[0].patch == "x, y = x[:-1], y[1:]"


def test_a_shift_the_other_way_and_an_order_from_the_end_have_their_own_lines() -> None:
    """Each way back is another line."""
    back = findings(MisalignedRows(), subject(replace(ROLLED, shift=-2)))[0]
    turned = findings(MisalignedRows(), subject(replace(ROLLED, shift=None)))[0]

    assert back.remedies[0].patch == "x, y = x[2:], y[:-2]"
    assert turned.remedies[0].patch == "y = y[::-1]"


def test_columns_sorted_one_by_one_are_an_error_where_nothing_is_left() -> None:
    """Sorted columns whose targets can still be told are a grid."""
    lost = replace(ROLLED, best=1.2, sorted_inputs=True)

    assert findings(MisalignedRows(), subject(lost))[0].severity is Severity.ERROR
    assert findings(MisalignedRows(), subject(replace(lost, own=30.0))) == ()


def test_series_right_pairs_and_hard_tasks_are_left_alone() -> None:
    """Windows tell the row before better than their own; right pairs stand out themselves; noise stands out nowhere."""
    for healthy in (
        replace(ROLLED, in_sequence=True),
        replace(ROLLED, own=12.0),
        replace(ROLLED, own=4.0),
        replace(ROLLED, best=4.5),
    ):
        assert findings(MisalignedRows(), subject(healthy)) == ()
    assert findings(MisalignedRows(), facts()) == ()
