"""A simple reference model on the user's data."""

import pytest

from dnndoctor.experiments import Evidence, Inconclusive, Skip
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import REFERENCE_STEPS, Reference, ReferenceModel, reference_steps
from tests.evidence_samples import array, facts
from tests.experiments.control_patient import HELD_OUT, STANDARD, ControlPatient, controlled
from tests.experiments.toy_patient import climb


def seen(patient: ControlPatient, subject: object = HELD_OUT) -> Reference:
    observation = controlled(patient, subject).of(ReferenceModel)  # type: ignore[arg-type]  # the subjects are facts
    assert observation is not None
    return observation


def test_what_it_learns_is_read_on_held_out_rows() -> None:
    """On two seeds; noise needs to be asked only where they show nothing."""
    learns, finds_nothing = (seen(ControlPatient(learns=False, reference=skill)) for skill in (0.8, 0.01))

    assert learns.held_out
    assert learns.skills == (0.8, 0.8)
    assert learns.shuffled is None
    assert not learns.finds_nothing
    assert finds_nothing.shuffled is not None
    assert finds_nothing.finds_nothing


def test_what_it_fits_of_noise_is_taken_off() -> None:
    """Without held-out rows the training rows tell, and noise is fitted on these, too."""
    found = seen(ControlPatient(learns=False, reference=0.5, fits_noise=0.48), facts())

    assert not found.held_out
    assert found.skill == pytest.approx(0.02)
    assert found.finds_nothing


def test_healthy_is_skipped() -> None:
    """Where the user's own run leaves little to gain, nothing is to be explained."""
    assert isinstance(controlled(ControlPatient()).observations[ReferenceModel.name], Skip)
    assert isinstance(controlled(ControlPatient(), facts(targets=[])).observations[ReferenceModel.name], Skip)


def test_impossible_is_said() -> None:
    """Where no reference can be made, the reason is passed on."""
    observation = controlled(ControlPatient(learns=False, reference=None)).observations[ReferenceModel.name]

    assert observation == Inconclusive("an input is text")


def test_expected_steps() -> None:
    """A slow model's plan hardly sees the reference, since its steps do not grow with the user's."""
    slow = facts(engine={"step_seconds": 0.1})
    _, trials = climb(ReferenceModel(), controlled(ControlPatient(learns=False)), ControlPatient())

    assert sum(trial.steps for trial in trials) == 2 * REFERENCE_STEPS
    assert ReferenceModel.expected_steps(slow, STANDARD) < 50
    assert reference_steps(facts(inputs=[array(shape=(8, 8, 1))])) < reference_steps(facts())
    assert ReferenceModel.expected_steps(facts(targets=[]), STANDARD) == 0


def test_without_the_own_run_there_is_nothing_to_explain() -> None:
    """It needs the user's own runs."""
    evidence, _ = climb(ReferenceModel(), Evidence(HELD_OUT, STANDARD), ControlPatient())

    assert isinstance(evidence.observations[ReferenceModel.name], Skip)
    assert OwnRecipe in ReferenceModel.needs
