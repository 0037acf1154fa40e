"""A run that stays far behind a simple reference model."""

import pytest

from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.behind_reference import BehindReference
from tests.evidence_samples import facts, optimizer
from tests.experiments.control_patient import ControlPatient, controlled

SGD = facts(recipe={"optimizers": (optimizer("SGD", 0.01),)}, data={"validation_rows": 400})


def test_far_behind() -> None:
    """An error of low confidence, with what the teacher's targets showed."""
    (structure,) = BehindReference().judge(controlled(ControlPatient(ceiling=0.4, reference=0.95, taught=0.1)))
    (recipe,) = BehindReference().judge(controlled(ControlPatient(ceiling=0.4, reference=0.95, taught=0.1), SGD))

    assert isinstance(structure, Finding)
    assert isinstance(recipe, Finding)
    assert (structure.cause, structure.severity) == (Cause.ARCHITECTURE, Severity.ERROR)
    assert structure.confidence <= 0.4  # a guess: whatever else is found explains it
    assert recipe.cause is Cause.OPTIMIZER
    assert any("0.90 with Adam at 0.001" in statement.text for statement in recipe.evidence)


@pytest.mark.parametrize(
    "patient",
    [
        ControlPatient(ceiling=0.75, reference=0.78),
        ControlPatient(ceiling=0.6, reference=0.9),
        ControlPatient(ceiling=0.4, reference=0.95, held_out=0.9),
        ControlPatient(ceiling=0.75, reference=0.95, held_out=0.4),
        ControlPatient(),
        ControlPatient(ceiling=0.4, reference=None),
    ],
    ids=[
        "three per cent behind",
        "a line does better",
        "strongly regularised: fits less, predicts as well",
        "overfits: fits as well, predicts less",
        "healthy",
        "no reference",
    ],
)
def test_look_alikes(patient: ControlPatient) -> None:
    """None of these is said to be sick for the reference's sake."""
    assert list(BehindReference().judge(controlled(patient))) == []
