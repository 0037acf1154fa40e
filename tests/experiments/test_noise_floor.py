"""The noise floor."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Settings
from dnndoctor.experiments.noise_floor import Noise, NoiseFloor
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb


def seen(patient: ToyPatient) -> Noise:
    evidence, _ = climb(NoiseFloor(), Evidence(facts(), Settings()), patient)
    noise = evidence.of(NoiseFloor)
    assert noise is not None
    return noise


def test_every_seed_once_and_one_again() -> None:
    """All seeds run over one horizon, and the repetition differs from its twin in what must not matter."""
    _, trials = climb(NoiseFloor(), Evidence(facts(), Settings()), ToyPatient())

    *runs, repetition = trials
    assert [trial.seed for trial in runs] == [0, 1, 2, 1000, 1001, 1002]
    assert {trial.steps for trial in runs} == {200}
    assert repetition.seed == 0
    assert repetition.id not in {trial.id for trial in runs}
    assert repetition.steps < 200
    assert not repetition.scored
    assert all(not trial.edits for trial in trials)


def test_repeatable() -> None:
    """Equal prefixes are repeatable."""
    noise = seen(ToyPatient())

    assert noise.repeatable
    assert noise.largest_difference == 0


def test_spread_between_seeds() -> None:
    """A noisier patient has a larger spread."""
    quiet, noisy = seen(ToyPatient(rate=0.2, noise=0.01)), seen(ToyPatient(rate=0.2, noise=0.2))

    assert 0 < quiet.progress_spread < noisy.progress_spread
    assert quiet.skill_rows == "train"


def test_not_repeatable() -> None:
    """A repetition that leaves its twin at the fourth step is told with the size of the difference."""
    experiment, evidence, patient = NoiseFloor(), Evidence(facts(), Settings()), ToyPatient()
    planned = experiment.plan(evidence, {})
    assert isinstance(planned, tuple)
    outcomes = {trial.id: patient.answer(trial) for trial in planned}
    repetition = outcomes[planned[-1].id]
    losses = (*repetition.losses[:3], repetition.losses[3] * 1.1, *repetition.losses[4:])
    outcomes[planned[-1].id] = replace(repetition, losses=losses)

    noise = experiment.read(evidence, outcomes)

    assert isinstance(noise, Noise)
    assert noise.repeatable is False
    assert noise.largest_difference == pytest.approx(0.1 / 1.1)


def test_one_run_is_no_spread() -> None:
    """With one run left there is nothing to say."""
    outcomes: dict[str, Outcome] = {}
    trial = Trial(steps=200, seed=0)
    outcomes[trial.id] = ToyPatient().answer(trial)

    assert isinstance(NoiseFloor().read(Evidence(facts(), Settings()), outcomes), Inconclusive)


def test_explosions_are_counted() -> None:
    """Runs that become NaN are counted and have an infinite end."""
    noise = seen(ToyPatient(rate=100.0))

    assert noise.exploded == 6
    assert set(noise.end_losses) == {float("inf")}
