"""A rate whose outcome depends on the seed."""

from dataclasses import replace

from dnndoctor.experiments import Settings
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.learning_rate_not_repeatable import LearningRateNotRepeatable
from tests.experiments.toy_patient import ToyPatient, examined


def test_outcome_by_lot() -> None:
    """Where some seeds learn nothing and a lower rate brings all of them through, that is a warning, though most runs learn."""
    (finding,) = LearningRateNotRepeatable().judge(examined(ToyPatient(lottery=1), settings=Settings()))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.LEARNING_RATE_HIGH
    assert finding.severity is Severity.WARNING
    assert any("of 3 runs of the user's whole recipe 1 learn nothing" in statement.text for statement in finding.evidence)
    assert any("by rate: x0.1: 0.00, x0.3: 0.00, x1: 0.59" in statement.text for statement in finding.evidence)
    assert finding.remedies[0].edits[0].parameters["factor"] == 0.3
    assert "6 seeds" in finding.title


def test_lot_of_the_first_steps_only() -> None:
    """Where all runs of the whole recipe learn in the end, their spread on the way there is a note."""
    evidence = examined(ToyPatient(lottery=1), settings=Settings())
    course = evidence.of(OwnRecipe)
    assert course is not None
    learnt = replace(course, runs=tuple(replace(run, train_skill=1.0, validation_skill=1.0) for run in course.runs))
    evidence = replace(evidence, observations={**evidence.observations, OwnRecipe.name: learnt})

    (finding,) = LearningRateNotRepeatable().judge(evidence)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE


def test_steady_patient() -> None:
    """A patient whose seeds agree has nothing of it."""
    assert list(LearningRateNotRepeatable().judge(examined(ToyPatient()))) == []


def test_noise_that_no_rate_removes() -> None:
    """Losses that differ between seeds by the patient's own noise are no matter of the rate."""
    assert list(LearningRateNotRepeatable().judge(examined(ToyPatient(noise=0.4)))) == []
