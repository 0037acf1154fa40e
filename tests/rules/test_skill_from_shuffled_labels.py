"""Held-out rows that are predicted although the targets were shuffled."""

import pytest

from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.skill_from_shuffled_labels import SkillFromShuffledLabels
from tests.evidence_samples import facts, layer, weight
from tests.experiments.control_patient import HELD_OUT, ControlPatient, controlled

LEAKING = ControlPatient(leaks=0.8)


def test_leaking() -> None:
    """A warning, with the skill of each order."""
    (finding,) = SkillFromShuffledLabels().judge(controlled(LEAKING))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.LEAKAGE, Severity.WARNING)
    assert "0.80, 0.80, 0.80, 0.80, 0.80" in finding.evidence[0].text


@pytest.mark.parametrize(
    ("patient", "loaded"),
    [
        (ControlPatient(), False),
        (ControlPatient(leaks=0.05), False),
        (ControlPatient(leaks=0.9, leaking_orders=3), False),
        (LEAKING, True),
    ],
    ids=["healthy", "within chance", "three lucky orders", "trained before"],
)
def test_look_alikes(patient: ControlPatient, loaded: bool) -> None:
    """Chance, and models that know the task already."""
    layers = [layer(weights=(weight(loaded=loaded),)), layer("head")]
    subject = facts(layers=layers, data={"validation_rows": HELD_OUT.data.validation_rows})

    assert list(SkillFromShuffledLabels().judge(controlled(patient, subject))) == []
