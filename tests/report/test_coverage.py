"""The catalogue against the code: every line is covered or says why not, and nothing claims a line that is not there."""

from typing import Any

import pytest

from dnndoctor.catalogue import CATALOGUE, Line
from dnndoctor.diagnosis.diagnose import rules
from dnndoctor.experiments import Experiment
from dnndoctor.report.coverage import coverage_table, covering
from dnndoctor.report.look import Look
from dnndoctor.shelf import classes_in


@pytest.mark.parametrize("line", CATALOGUE, ids=lambda line: line.id)
def test_each_line_is_covered_or_says_why_not(line: Line) -> None:
    """A line has rules or experiments, or a sentence, and never both."""
    assert bool(covering(line)) != bool(line.why_not), line.id


def test_no_rule_or_experiment_claims_a_line_that_is_not_there() -> None:
    """A misspelt id would cover nothing."""
    known = {line.id for line in CATALOGUE}
    experiments: tuple[type[Experiment[Any]], ...] = classes_in("dnndoctor.experiments", Experiment)

    claimed = {name for rule in rules() for name in rule.covers} | {name for each in experiments for name in each.covers}

    assert claimed <= known
    assert len(known) == len(CATALOGUE)


def test_table_names_what_covers_a_line_and_why_nothing_does() -> None:
    """The ladder's first step shows its experiment and its rule; a line that nothing covers shows its sentence."""
    table = coverage_table(Look(width=200))

    assert "a handful of samples is memorised: memorise, DD5" in table
    assert all(f"not covered: {line.why_not[:20]}" in table for line in CATALOGUE if line.why_not)
