"""Labels that nothing in the inputs tells."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Finding, RuledOut, Severity
from dnndoctor.rules.labels_not_learnable import LabelsNotLearnable
from tests.evidence_samples import facts
from tests.experiments.control_patient import HELD_OUT, ControlPatient, controlled


def said(patient: ControlPatient, subject: Facts = HELD_OUT) -> list[object]:
    return list(LabelsNotLearnable().judge(controlled(patient, subject)))


@pytest.mark.parametrize("subject", [HELD_OUT, facts()], ids=["held-out rows", "training rows alone"])
def test_nobody_learns_them(subject: Facts) -> None:
    """The run is sick, the reference finds nothing, and the model is able."""
    (finding,) = said(ControlPatient(learns=False, reference=0.02, fits_noise=0.02), subject)

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.LABELS, Severity.ERROR)
    assert len(finding.evidence) == 3
    assert all(statement.trials for statement in finding.evidence)


def test_noise_that_the_reference_fits_is_no_signal() -> None:
    """Without held-out rows, what it fits of shuffled targets is taken off."""
    (finding,) = said(ControlPatient(learns=False, reference=0.6, fits_noise=0.58), facts())

    assert isinstance(finding, Finding)


@pytest.mark.parametrize(
    "patient",
    [
        ControlPatient(learns=False, reference=0.3),
        ControlPatient(learns=False, reference=0.02, taught=0.1),
        ControlPatient(learns=False, reference=0.02, teachable=0.1),
        ControlPatient(ceiling=0.4, reference=0.02),
    ],
    ids=["a hard task", "the model is not able", "no fair question", "the user's model learns some"],
)
def test_look_alikes(patient: ControlPatient) -> None:
    """Each of these leaves the labels alone."""
    assert said(patient) == []


def test_learnable_labels_are_ruled_out() -> None:
    """What the reference learns is no fault of the labels."""
    (ruled_out,) = said(ControlPatient(learns=False, reference=0.9))

    assert isinstance(ruled_out, RuledOut)
    assert ruled_out.cause is Cause.LABELS
