"""What a budget is split by: each experiment's own idea of the steps it will take."""

from typing import Any

import pytest

from dnndoctor.experiments import Evidence, Experiment, Preset, Settings
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_recipe import OwnRecipe
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb

SETTINGS = [Settings(), Settings(Preset.QUICK, (0, 1)), Settings(Preset.STANDARD, (0, 1), 0.25)]


def _taken(experiment: type[Experiment[Any]], settings: Settings, patient: ToyPatient) -> float:
    evidence = Evidence(facts(), settings)
    for kind in (Memorise, NoiseFloor):
        if kind is not experiment:
            evidence, _ = climb(kind(), evidence, patient)
    before = set(evidence.outcomes)
    after, trials = climb(experiment(), evidence, patient)
    fresh = [after.outcomes[trial.id] for trial in trials if trial.id not in before]
    return sum(outcome.steps_run * (1.0 if outcome.trial.rows is None else 0.5) for outcome in fresh)


@pytest.mark.parametrize("settings", SETTINGS, ids=["standard", "quick", "a quarter"])
@pytest.mark.parametrize("experiment", [Memorise, NoiseFloor, LearningRateSweep, OwnRecipe])
def test_no_patient_takes_many_more_steps_than_expected(experiment: type[Experiment[Any]], settings: Settings) -> None:
    """Healthy or sick, an experiment takes at most half as much again as it says, so that a plan holds."""
    expected = experiment.expected_steps(facts(), settings)

    for patient in (ToyPatient(), ToyPatient(rate=0.01), ToyPatient(rate=30.0), ToyPatient(learns=False, memorises=False)):
        assert _taken(experiment, settings, patient) <= 1.5 * expected


def test_the_recipe_takes_no_more_steps_than_it_has() -> None:
    """Where the budget is tight, the recipe is run once a seed and not lengthened."""
    patient = ToyPatient()

    assert _taken(OwnRecipe, SETTINGS[2], patient) <= OwnRecipe.expected_steps(facts(), SETTINGS[2]) <= 1.2 * 2 * 320
