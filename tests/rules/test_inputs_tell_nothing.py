"""Inputs that say nothing of the targets, to simple predictors."""

from dataclasses import replace

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.row_scan import Alignment
from dnndoctor.finding import Severity
from dnndoctor.rules.inputs_tell_nothing import InputsTellNothing
from tests.evidence_samples import facts
from tests.rules.judging import findings, own_course

NOTHING = Alignment("output", 1000, own=0.4, best=2.0, shift=1, in_sequence=False, sorted_inputs=False)


def subject(found: Alignment) -> Facts:
    """A subject whose rows stand to each other so."""
    return facts(data={"scan": DataScan(alignments=(found,))})


def test_hard_tasks_and_shuffled_targets_alike_are_a_note() -> None:
    """Simple predictors cannot tell them apart."""
    assert findings(InputsTellNothing(), subject(NOTHING))[0].severity is Severity.NOTE


def test_a_run_that_learns_nothing_makes_it_a_warning() -> None:
    """Then neither the model nor its neighbours find anything."""
    assert findings(InputsTellNothing(), subject(NOTHING), own_course(0.0))[0].severity is Severity.WARNING
    assert findings(InputsTellNothing(), subject(NOTHING), own_course(0.9))[0].severity is Severity.NOTE


def test_signals_few_rows_and_other_rules_cases_are_left_alone() -> None:
    """A weak signal is one; a hundred rows cannot tell; a shift that stands out has its own rule."""
    for other in (
        replace(NOTHING, own=3.5),
        replace(NOTHING, rows=100),
        replace(NOTHING, best=40.0),
        replace(NOTHING, sorted_inputs=True),
    ):
        assert findings(InputsTellNothing(), subject(other)) == ()
