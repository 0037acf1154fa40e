"""Established sicknesses, and healthy look-alikes."""

import pytest

from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.sickness import SicknessKind, has, sicknesses
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))
KINDS = SicknessKind


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        (ToyPatient(rate=100.0), {KINDS.NON_FINITE}),
        (ToyPatient(rate=30.0), {KINDS.NO_BETTER_THAN_CONSTANT, KINDS.FALLS_SHORT}),
        (ToyPatient(learns=False), {KINDS.NO_BETTER_THAN_CONSTANT}),
        (ToyPatient(learns=False, memorises=False), {KINDS.NO_BETTER_THAN_CONSTANT, KINDS.CANNOT_MEMORISE}),
        (ToyPatient(rate=0.08), {KINDS.STILL_FALLING, KINDS.FALLS_SHORT}),
    ],
)
def test_sick(patient: ToyPatient, expected: set[SicknessKind]) -> None:
    """What is planted is established."""
    found = {sickness.kind for sickness in sicknesses(examined(patient, settings=QUICK))}

    assert expected <= found


@pytest.mark.parametrize(
    "patient",
    [
        ToyPatient(),
        ToyPatient(rate=0.4),  # a higher rate wins the short race
        ToyPatient(rate=5.0),
        ToyPatient(decodes=False),
        ToyPatient(noise=0.3),
    ],
)
def test_healthy(patient: ToyPatient) -> None:
    """A patient that learns is not sick, whatever wins a short race on it."""
    assert sicknesses(examined(patient, settings=QUICK)) == ()


def test_cannot_memorise_is_refuted_by_learning() -> None:
    """A model that learns the whole set is not sick because a handful of rows contradict each other."""
    assert not has(examined(ToyPatient(memorises=False), settings=QUICK), KINDS.CANNOT_MEMORISE)


def test_cut_course_decides_nothing_while_it_falls() -> None:
    """A long recipe that was cut while its loss still falls is not held against the constant predictor."""
    long = facts(recipe={"epochs": 5000, "steps_per_epoch": 32})
    falling = examined(ToyPatient(rate=0.001), long, QUICK)

    assert not has(falling, KINDS.NO_BETTER_THAN_CONSTANT)


def test_evidence() -> None:
    """A sickness is a statement with the trials behind it."""
    sickness = sicknesses(examined(ToyPatient(learns=False), settings=QUICK))[0]

    assert "2 of 2 seeds" in sickness.statement
    assert len(sickness.as_evidence().trials) == 2


def test_nothing_seen() -> None:
    """Without observations nothing is established."""
    assert sicknesses(Evidence(facts(), QUICK)) == ()
