"""Whether the user's own run does well: what only looks odd is then no fault."""

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.sickness import sicknesses

WELL = 0.8
"""Skill that every run must reach, on held-out rows where there are any: four fifths of what a constant leaves open."""


def learns_well(evidence: Evidence) -> bool:
    """Whether the user's untouched recipe was run, nothing is established against it, and every run's skill is high.

    Args:
        evidence: Of the rungs so far.

    Returns:
        False, too, where the recipe was not run or its predictions cannot be decoded.
    """
    course = evidence.of(OwnRecipe)
    if course is None or course.exploded or not course.skills:
        return False
    return min(course.skills) >= WELL and not sicknesses(evidence)
