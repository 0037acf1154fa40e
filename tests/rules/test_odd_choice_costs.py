"""An odd choice that costs skill."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.experiments.odd_choices_undone import OddChoicesUndone
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.odd_choice_costs import CAUSES, OddChoiceCosts
from tests.experiments.test_odd_choices_undone import Hampered, raced


def judged(patient: Hampered) -> list[object]:
    evidence, _ = raced(patient)
    return list(OddChoiceCosts().judge(evidence)) if evidence.of(OddChoicesUndone) is not None else []


def test_a_run_that_falls_short_by_it() -> None:
    """An error of the choice's own cause, with the change that won as a remedy that was tried."""
    (finding,) = judged(Hampered(ceiling=0.85))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.FROZEN_LAYERS, Severity.ERROR)
    assert finding.remedies[0].verified
    assert [edit.name for edit in finding.remedies[0].edits] == ["unfreeze"]
    assert finding.confidence >= 0.6


@pytest.mark.parametrize(
    "patient", [Hampered(ceiling=0.85, by=""), Hampered()], ids=["no better without it", "learns well with it"]
)
def test_a_choice_that_costs_nothing_is_silent(patient: Hampered) -> None:
    """What only looks odd is no fault."""
    assert judged(patient) == []


@pytest.mark.parametrize("name", CAUSES)
def test_every_cause_belongs_to_an_edit(name: str) -> None:
    """No misspelt name keeps a cause from being said."""
    assert edit_kind(name).name == name
