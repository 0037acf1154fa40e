"""Who is to blame, by the controls."""

import pytest

from dnndoctor.diagnosis.blame import Blame, Side, blame
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.reference_model import ReferenceModel
from dnndoctor.experiments.teacher_data import TeacherData
from tests.evidence_samples import array, facts, optimizer, target
from tests.experiments.control_patient import HELD_OUT, ControlPatient, controlled

ROWS = {"validation_rows": 400, "validation_source": "given"}
SGD = facts(recipe={"optimizers": (optimizer("SGD", 0.01),)}, data=ROWS)


def blamed(patient: ControlPatient, subject: Facts = HELD_OUT) -> Blame:
    found = blame(controlled(patient, subject))
    assert found is not None
    return found


def test_the_data() -> None:
    """Nobody learns these labels, and the model learns a teacher's."""
    found = blamed(ControlPatient(learns=False, reference=0.01, taught=0.9))

    assert found.side is Side.DATA
    assert "teacher's targets on the same inputs yours learns 0.90" in found.why


def test_the_model() -> None:
    """The reference learns these labels, and the model learns neither these nor a teacher's."""
    adam = blamed(ControlPatient(learns=False, taught=0.05))
    sgd = blamed(ControlPatient(learns=False, taught=0.05, taught_with_adam=0.06), SGD)

    assert adam.side is sgd.side is Side.MODEL
    assert "reaches 0.90 on this data where yours stays at 0.00" in adam.why
    assert "does not learn a teacher's targets either (0.05)." in adam.why
    assert "nor with Adam at 0.001 (0.06)" in sgd.why


def test_the_model_though_it_learns_what_is_easier() -> None:
    """Recipe and optimizer work on a teacher's targets: what is left is the model on this data."""
    found = blamed(ControlPatient(learns=False, taught=0.9))

    assert found.side is Side.MODEL
    assert "teacher's targets (0.90)" in found.why


@pytest.mark.parametrize(
    ("patient", "why"),
    [
        (ControlPatient(rate=30.0), "at another rate yours reaches"),
        (ControlPatient(rate=0.02, taught=0.1), "at another rate yours reaches"),
        (ControlPatient(learns=False, taught=0.1), "0.90 with Adam at 0.001"),
    ],
    ids=["rate too high", "rate too low", "Adam learns what the recipe does not"],
)
def test_the_optimisation(patient: ControlPatient, why: str) -> None:
    """The same model learns by another recipe."""
    found = blamed(patient, SGD)

    assert found.side is Side.OPTIMISATION
    assert why in found.why


def test_an_explosion_is_named() -> None:
    """A run without an end has no skill to stay at."""
    assert "where yours becomes NaN or infinite" in blamed(ControlPatient(rate=100.0)).why


@pytest.mark.parametrize(
    "patient",
    [
        ControlPatient(),
        ControlPatient(rate=0.4),
        ControlPatient(ceiling=0.7, reference=0.73),
        ControlPatient(decodes=False),
        ControlPatient(learns=False, reference=None),
        ControlPatient(learns=False, reference=0.01, taught=0.1),
        ControlPatient(learns=False, reference=0.01, teachable=0.1),
        ControlPatient(learns=False, reference=0.15),
    ],
    ids=[
        "healthy",
        "slow",
        "three per cent behind the reference",
        "not decoded",
        "no reference",
        "learns nothing at all",
        "the teacher is no fair question",
        "the reference hardly learns",
    ],
)
def test_nobody(patient: ControlPatient) -> None:
    """Healthy or undecided: no word."""
    assert blame(controlled(patient)) is None


def test_nobody_without_controls() -> None:
    """The quick preset does not ask them."""
    evidence = controlled(ControlPatient(learns=False))
    quick = {name: seen for name, seen in evidence.observations.items() if name not in (ReferenceModel.name, TeacherData.name)}

    assert blame(Evidence(evidence.facts, evidence.settings, quick, evidence.outcomes)) is None


def test_what_the_reference_does_for_itself() -> None:
    """Where inputs or targets are large, the comparison is not quite fair, and that is said."""
    large = facts(inputs=[array(mean=300.0, std=200.0)], data=ROWS)
    far = target("continuous", array={"mean": 5000.0, "std": 900.0})

    inputs = blamed(ControlPatient(learns=False, taught=0.05), large).why
    targets = blamed(ControlPatient(learns=False, taught=0.05), facts(targets=[far], data=ROWS)).why

    assert "standardises the inputs, which yours takes as they are" in inputs
    assert "standardises the targets" in targets
