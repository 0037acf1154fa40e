"""Whether the user's own recipe reaches the goal that the config names."""

import math

from dnndoctor.config.schema import Goal
from dnndoctor.evidence.outcome import Score, Scores
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.own_recipe import OwnRecipe

VALIDATION = "val_"
"""What Keras puts before the names of metrics on validation data."""


def goal_values(evidence: Evidence) -> tuple[float, ...]:
    """The goal's metric at the end of each of the user's own runs; empty where there is no goal, or it was not measured.

    Args:
        evidence: With the user's own runs.
    """
    goal, course = evidence.settings.goal, evidence.of(OwnRecipe)
    if goal is None or course is None:
        return ()
    runs = [evidence.outcomes[run.trial] for run in course.runs if run.trial in evidence.outcomes]
    values = [_value(run.scores, goal.metric) for run in runs]
    return tuple(value for value in values if value is not None) if None not in values else ()


def goal_met(evidence: Evidence) -> bool | None:
    """Whether the user's own recipe reaches the goal on every seed (True) or on none (False); None where this is not told.

    Args:
        evidence: With the user's own runs.
    """
    goal = evidence.settings.goal
    values = goal_values(evidence)
    if goal is None or not values:
        return None
    met = {_meets(value, goal) for value in values}
    return met.pop() if len(met) == 1 else None


def _value(scores: Scores, metric: str) -> float | None:
    """A metric as the training history names it, read at the end of a run."""
    score: Score | None = scores.validation if metric.startswith(VALIDATION) else scores.train
    if score is None:
        return None
    name = metric.removeprefix(VALIDATION)
    return score.loss if name == "loss" else score.metrics.get(name)


def _meets(value: float, goal: Goal) -> bool:
    if math.isnan(value):
        return False
    above = goal.at_least is None or value >= goal.at_least
    return above and (goal.at_most is None or value <= goal.at_most)
