"""Established sicknesses, and healthy look-alikes."""

from dataclasses import replace

import pytest

from dnndoctor.config.schema import Goal
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.other_optimizers import OtherOptimizers
from dnndoctor.experiments.other_schedules import OtherSchedules
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.sickness import SicknessKind, has, settled, sicknesses
from tests.evidence_samples import callback, facts, optimizer, output
from tests.experiments.control_patient import ControlPatient, controlled
from tests.experiments.toy_patient import ToyPatient, climb, examined, scheduled

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


def test_what_explodes_does_not_fall_short() -> None:
    """Runs that become NaN on every seed have no skill that could stay behind another one's."""
    assert not has(examined(ToyPatient(rate=100.0), settings=QUICK), KINDS.FALLS_SHORT)


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


def test_another_schedule_shows_what_falls_short() -> None:
    """A settled run that stays far behind a variant in as many steps falls short, whichever experiment tried the variant."""
    patient, subject = ToyPatient(decay=0.96, by_callback=True), facts(recipe={"callbacks": (callback("ReduceLROnPlateau"),)})
    before = examined(patient, subject, QUICK)
    after, _ = climb(OtherSchedules(), before, patient)

    assert sicknesses(before) == ()
    (short,) = sicknesses(after)
    assert short.kind is KINDS.FALLS_SHORT
    assert short.rung == OtherSchedules.name
    assert "constant rate" in short.statement


def test_another_optimizer_shows_what_falls_short() -> None:
    """An optimizer that gets nowhere near Adam falls short of it."""
    patient, subject = ToyPatient(ceiling=0.3), facts(recipe={"optimizers": (optimizer("SGD", 0.01),)})
    before = examined(patient, subject, QUICK)
    after, _ = climb(OtherOptimizers(), before, patient)

    assert not has(before, KINDS.FALLS_SHORT)
    assert has(after, KINDS.FALLS_SHORT)


@pytest.mark.parametrize(
    ("metric", "patient", "kinds"),
    [
        (Goal(metric="loss", at_most=1.0), ToyPatient(rate=0.1), set()),
        (Goal(metric="loss", at_most=1.0), ToyPatient(rate=0.02), {KINDS.GOAL_MISSED}),
        (Goal(metric="loss", at_most=1e-9), ToyPatient(), {KINDS.GOAL_MISSED}),
        (Goal(metric="loss", at_most=10.0), ToyPatient(rate=100.0), {KINDS.NON_FINITE}),
    ],
)
def test_goal(metric: Goal, patient: ToyPatient, kinds: set[SicknessKind]) -> None:
    """A missed goal is a sickness; who reaches it is not sick, but for NaN."""
    found = {sickness.kind for sickness in sicknesses(examined(patient, settings=replace(QUICK, goal=metric)))}

    assert kinds <= found
    assert bool(found) == bool(kinds)


def course_of(patient: ToyPatient, subject: Facts) -> bool:
    """Whether the patient's own run is settled."""
    course = climb(OwnRecipe(), Evidence(subject, QUICK), patient)[0].of(OwnRecipe)
    assert course is not None
    return settled(course)


def test_a_spent_schedule_is_settled() -> None:
    """A run of which much is to come, but hardly any rate, shows where its recipe leads; one that is warming up does not."""
    rates = (*(0.0,) * 50, *(0.1,) * 51)
    warming = facts(recipe={"epochs": 100, "rates": rates})

    assert course_of(ToyPatient(rate=0.1, decay=0.99), scheduled(0.99, epochs=250))
    assert not course_of(ToyPatient(learns=False), warming)
    assert course_of(ToyPatient(learns=False), facts(recipe={"epochs": 100}))


def test_behind_a_simple_reference() -> None:
    """Far behind on training and held-out rows alike is sick; a little behind, or on one of them only, is not."""
    far = controlled(ControlPatient(ceiling=0.4, reference=0.95))
    of_another_question = facts(outputs=[output(loss="mean_absolute_percentage_error")], data={"validation_rows": 400})

    assert has(far, KINDS.BEHIND_REFERENCE)
    assert not has(controlled(ControlPatient(ceiling=0.75, reference=0.78)), KINDS.BEHIND_REFERENCE)
    assert not has(controlled(ControlPatient(ceiling=0.4, reference=0.95, held_out=0.9)), KINDS.BEHIND_REFERENCE)
    assert not has(controlled(ControlPatient(ceiling=0.4, reference=0.95), of_another_question), KINDS.BEHIND_REFERENCE)


def test_a_reference_that_only_remembers_shows_no_sickness() -> None:
    """Without held-out rows, what it fits of shuffled targets is taken off what it reaches."""
    remembers = ControlPatient(ceiling=0.4, reference=0.95, fits_noise=0.6)
    learns = ControlPatient(ceiling=0.4, reference=0.95, fits_noise=0.05)

    assert not has(controlled(remembers, facts()), KINDS.BEHIND_REFERENCE)
    assert has(controlled(learns, facts()), KINDS.BEHIND_REFERENCE)
