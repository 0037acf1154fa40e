"""A run that does not reach the goal that the config names."""

from dataclasses import replace

from dnndoctor.config.schema import Goal
from dnndoctor.diagnosis.diagnose import Verdict, diagnose
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.own_course import OwnCourse
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.goal_missed import GoalMissed
from tests.experiments.toy_patient import ToyPatient, examined

UNREACHABLE = Goal(metric="loss", at_most=1e-9)
MODEST = Goal(metric="loss", at_most=1.0)


def seen(patient: ToyPatient, goal: Goal | None) -> Evidence:
    return examined(patient, settings=Settings(Preset.QUICK, (0, 1), goal=goal))


def overfitted(course: OwnCourse) -> OwnCourse:
    return replace(course, runs=tuple(replace(run, validation_skill=0.4) for run in course.runs), held_out=True)


def test_missed() -> None:
    """Who misses the goal is sick, with nothing but a guess where nothing else is wrong."""
    evidence = seen(ToyPatient(), UNREACHABLE)
    (finding,) = GoalMissed().judge(evidence)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.ERROR
    assert finding.confidence < 0.4
    assert finding.cause is Cause.CAPACITY_LOW
    assert "loss at most 1e-09" in finding.title
    assert diagnose(evidence, ()).verdict is Verdict.SICK


def test_missed_on_held_out_rows_alone() -> None:
    """Where held-out rows stay far behind the training rows, that is the likelier trouble."""
    evidence = seen(ToyPatient(), UNREACHABLE)
    course = evidence.of(OwnRecipe)
    assert course is not None
    gap = replace(evidence, observations={**evidence.observations, OwnRecipe.name: overfitted(course)})
    (finding,) = GoalMissed().judge(gap)

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.REGULARIZATION


def test_a_cause_comes_first() -> None:
    """Where something else is wrong the goal is part of its evidence."""
    diagnosis = diagnose(seen(ToyPatient(rate=0.01), UNREACHABLE), ())

    assert diagnosis.findings[0].finding.cause is Cause.LEARNING_RATE_LOW
    assert "goal-missed" not in {ranked.finding.name for ranked in diagnosis.findings}


def test_met_or_none() -> None:
    """No goal, or one that is reached, is no finding, whatever could be better."""
    assert list(GoalMissed().judge(seen(ToyPatient(), None))) == []
    assert list(GoalMissed().judge(seen(ToyPatient(), MODEST))) == []
    assert diagnose(seen(ToyPatient(rate=0.1), MODEST), ()).verdict is Verdict.HEALTHY
