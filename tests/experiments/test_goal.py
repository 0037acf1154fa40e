"""The goal that the config names."""

from dataclasses import replace

import pytest

from dnndoctor.config.schema import Goal
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.goal import goal_met, goal_values
from dnndoctor.experiments.own_recipe import OwnRecipe
from tests.evidence_samples import facts, score
from tests.experiments.toy_patient import ToyPatient, climb


def run(goal: Goal | None, patient: ToyPatient | None = None) -> Evidence:
    return climb(OwnRecipe(), Evidence(facts(), Settings(goal=goal)), patient or ToyPatient())[0]


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal(metric="loss", at_most=0.1), True),
        (Goal(metric="loss", at_most=1e-6), False),
        (Goal(metric="loss", at_least=0.1), False),
        (Goal(metric="loss", at_least=0.0, at_most=0.1), True),
        (Goal(metric="val_loss", at_most=0.1), None),  # there are no validation rows
        (Goal(metric="accuracy", at_least=0.5), None),  # the model has no metrics
        (None, None),
    ],
)
def test_met(goal: Goal | None, met: bool | None) -> None:
    """It is met on every seed or on none; what was not measured is not told."""
    assert goal_met(run(goal)) is met


def test_runs_that_differ_tell_nothing() -> None:
    """Where some seeds meet it and some do not, it is neither met nor missed."""
    evidence = run(Goal(metric="loss", at_most=0.1), ToyPatient(rate=0.9, lottery=2))

    assert goal_met(evidence) is None
    assert len(goal_values(evidence)) == 3


def test_metrics_by_name() -> None:
    """Metrics are found as Keras names them in the history, on training and on validation rows."""
    evidence = run(Goal(metric="val_accuracy", at_least=0.85))
    held_out = replace(score(), metrics={"accuracy": 0.9})
    reached = {
        name: replace(outcome, scores=replace(outcome.scores, validation=held_out)) for name, outcome in evidence.outcomes.items()
    }

    assert goal_met(replace(evidence, outcomes=reached)) is True


def test_nan_meets_nothing() -> None:
    """A run that became NaN has not met a goal."""
    assert goal_met(run(Goal(metric="loss", at_most=1e9), ToyPatient(rate=100.0))) is False


def test_not_run() -> None:
    """Without the user's own run nothing is told."""
    assert goal_met(Evidence(facts(), Settings(goal=Goal(metric="loss", at_most=1.0)))) is None
