"""Other courses of the learning rate."""

from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.other_schedules import OtherSchedules, Schedules
from dnndoctor.experiments.own_recipe import OwnRecipe
from tests.evidence_samples import callback, facts
from tests.experiments.toy_patient import ToyPatient, climb, scheduled

STANDARD = Settings(Preset.STANDARD, (0, 1))
PLATEAU = callback("ReduceLROnPlateau", monitor="val_loss", mode="auto", factor=0.3, patience=2)


def raced(patient: ToyPatient, subject: Facts, settings: Settings = STANDARD) -> tuple[Evidence, tuple[Trial, ...]]:
    """The rung on a patient whose own recipe was run."""
    evidence, _ = climb(OwnRecipe(), Evidence(subject, settings), patient)
    return climb(OtherSchedules(), evidence, patient)


def seen(patient: ToyPatient, subject: Facts, settings: Settings = STANDARD) -> Schedules:
    observation = raced(patient, subject, settings)[0].of(OtherSchedules)
    assert observation is not None
    return observation


def test_a_decay_that_starves() -> None:
    """An exponential decay that is gone after a fourth of the course loses to a constant rate, and where it fell is told."""
    schedules = seen(ToyPatient(decay=0.96), scheduled(0.96))

    assert schedules.names == ("ExponentialDecay",)
    assert schedules.tenth == pytest.approx(0.18, abs=0.011)
    assert schedules.hundredth == pytest.approx(0.36, abs=0.011)
    assert schedules.decisive
    assert schedules.race.won is not None
    assert schedules.race.won.variant.name == "constant rate"
    assert schedules.race.won.gain > 0.4
    assert [len(entry.variant.edits) for entry in schedules.race.entries] == [1, 1, 2]


def test_the_drop_wins_where_the_rate_jumps() -> None:
    """Where a constant rate keeps the loss up, the constant one with a drop wins."""
    schedules = seen(ToyPatient(decay=0.85, jumps=0.5), scheduled(0.85))

    assert schedules.race.won is not None
    assert [edit.name for edit in schedules.race.won.variant.edits] == ["constant_rate", "two_phases"]


def test_a_callback_that_starves() -> None:
    """What a callback does to the rate is read from the user's own runs."""
    subject = facts(recipe={"callbacks": (PLATEAU,), "rates": (1e-3,) * 101})
    schedules = seen(ToyPatient(decay=0.96, by_callback=True), subject)

    assert schedules.names == ("ReduceLROnPlateau",)
    assert schedules.cuts == (10, 10)
    assert schedules.tenth == pytest.approx(0.2)
    assert schedules.race.won is not None


def test_a_callback_of_the_users_own() -> None:
    """A callback that nothing is known of is found out by the rate that moves."""
    subject = facts(recipe={"callbacks": (callback("Cooling"),)})

    assert seen(ToyPatient(decay=0.96, by_callback=True), subject).names == ("Cooling",)


def test_without_a_schedule_only_the_drop() -> None:
    """Where nothing schedules the rate, the drop near the end is all that is raced, also if callbacks do something else."""
    for subject in (facts(), facts(recipe={"callbacks": (callback("EarlyStopping"),)})):
        schedules = seen(ToyPatient(jumps=0.5), subject)

        assert schedules.names == ()
        assert [entry.variant.edits[0].name for entry in schedules.race.entries] == ["two_phases"]
        assert schedules.race.won is not None
        assert schedules.tenth is None


def test_a_long_schedule_is_compressed() -> None:
    """A schedule that hardly moves within the budget is compressed into it on both sides."""
    long = scheduled(0.99994, epochs=1250)
    evidence, trials = raced(ToyPatient(rate=0.01, decay=0.99994), long)
    schedules = evidence.of(OtherSchedules)

    assert schedules is not None
    assert schedules.compressed == pytest.approx(1500 / 40000)
    assert not schedules.decisive
    assert all(trial.edits for trial in trials)
    assert schedules.tenth == pytest.approx(0.96, abs=0.011)


def test_a_schedule_that_is_spent_is_not_compressed() -> None:
    """Where the steps that were run hold nearly all of the rate, the race is run as it is, however long the epochs go on."""
    schedules = seen(ToyPatient(rate=0.1, decay=0.99), scheduled(0.99, epochs=250))

    assert schedules.decisive


@pytest.mark.parametrize(
    ("patient", "subject", "reason"),
    [
        (ToyPatient(), scheduled(0.999), "little to gain"),
        (ToyPatient(rate=100.0), scheduled(0.999), "NaN"),
        (ToyPatient(rate=0.01), facts(recipe={"optimizers": ()}), "no optimizer"),
    ],
)
def test_skipped(patient: ToyPatient, subject: Facts, reason: str) -> None:
    """Where no course of the rate can matter, none is paid for."""
    evidence, trials = raced(patient, subject)
    observation: Any = evidence.observations[OtherSchedules.name]

    assert isinstance(observation, Skip)
    assert reason in observation.reason
    assert trials == ()


def test_nothing_came_to_its_end() -> None:
    """Without outcomes the question stays open."""
    evidence, _ = climb(OwnRecipe(), Evidence(scheduled(), STANDARD), ToyPatient(decay=0.97))

    assert isinstance(OtherSchedules().read(evidence, {}), Inconclusive)


def test_expected_steps() -> None:
    """No schedule costs less than one, and no race takes more than is expected."""
    patient = ToyPatient(decay=0.96)
    _, trials = raced(patient, scheduled(0.96))
    taken = sum(trial.steps for trial in trials)

    assert OtherSchedules.expected_steps(facts(), STANDARD) < OtherSchedules.expected_steps(scheduled(), STANDARD)
    assert taken <= 1.3 * OtherSchedules.expected_steps(scheduled(), STANDARD)
    assert OtherSchedules.expected_steps(facts(recipe={"optimizers": ()}), STANDARD) == 0


def test_charts() -> None:
    """The rate over the course is drawn, and the losses of the duel."""
    evidence, _ = raced(ToyPatient(decay=0.96), scheduled(0.96))
    schedules = evidence.of(OtherSchedules)
    assert schedules is not None

    rate, losses = OtherSchedules().charts(evidence, schedules)

    assert len(rate.lines["your rate"]) == len(rate.x) == 101
    assert "constant rate" in losses.lines
