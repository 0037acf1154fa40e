"""A run that comes no farther than the same run without inputs."""

import pytest

from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.inputs_make_no_difference import InputsMakeNoDifference
from tests.evidence_samples import facts
from tests.experiments.control_patient import HELD_OUT, ControlPatient, controlled

BLIND = ControlPatient(decodes=False, learns=False, noise=0.0)


def test_blind() -> None:
    """Where nothing can be decoded, the loss without inputs is what a constant comes to."""
    own_step = facts(recipe={"custom_train_step": True}, data={"validation_rows": 400})

    (finding,) = InputsMakeNoDifference().judge(controlled(BLIND))
    (of_own_step,) = InputsMakeNoDifference().judge(controlled(BLIND, own_step))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.ARCHITECTURE, Severity.WARNING)
    assert isinstance(of_own_step, Finding)
    assert of_own_step.cause is Cause.CUSTOM_CODE


@pytest.mark.parametrize(
    "patient",
    [
        ControlPatient(decodes=False),
        ControlPatient(decodes=False, rate=0.05),
        ControlPatient(learns=False),
        ControlPatient(),
        ControlPatient(decodes=False, rate=100.0),
    ],
    ids=["learns", "slow", "decoded: held against a constant", "healthy", "explodes"],
)
def test_look_alikes(patient: ControlPatient) -> None:
    """Inputs that make some difference, and what other rules say better."""
    assert list(InputsMakeNoDifference().judge(controlled(patient, HELD_OUT))) == []
