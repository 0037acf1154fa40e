"""Whether the user's own run does well."""

from dataclasses import replace

from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.standing import learns_well
from tests.evidence_samples import evidence
from tests.rules.judging import own_course


def test_high_skill_without_sickness_is_well() -> None:
    """A recipe whose every run explains most of the targets does well."""
    assert learns_well(evidence(observations={OwnRecipe.name: own_course(0.95)}))


def test_one_poor_run_is_not() -> None:
    """The worst seed counts, and a run that became NaN ends it."""
    course = own_course(0.95)
    poor = replace(course, runs=(*course.runs, replace(course.runs[0], validation_skill=0.3)))
    exploded = replace(course, runs=(replace(course.runs[0], nonfinite_step=7), *course.runs[1:]))

    assert not learns_well(evidence(observations={OwnRecipe.name: poor}))
    assert not learns_well(evidence(observations={OwnRecipe.name: exploded}))


def test_unknown_is_not_well() -> None:
    """Where the recipe was not run nothing is claimed."""
    assert not learns_well(evidence())
