"""A run that does not reach the goal that the config names."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.goal import goal_values
from dnndoctor.experiments.own_course import OwnCourse, reached
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.sickness import SicknessKind, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

OVERFITTED = 0.2
"""Skill by which held-out rows must stay behind the training rows for that to be the likelier trouble: a fifth of what a constant
leaves open."""


class GoalMissed(Rule):
    """Your own recipe does not reach the goal that the config names.

    What was looked at:
        The goal's metric at the end of your own recipe, over several seeds; and the skill on training rows against that on rows
        that were not trained on.

    Why it matters:
        The goal is what you call good enough, so that missing it on every seed is a sickness by your own words. This is a
        symptom: other findings name the cause, and this one stands with low confidence only where none of them does.

    What to do:
        Treat the first finding. Where there is no other, a model that does not reach the goal on its training rows wants more
        capacity or a longer course, and one that does so there alone more data or regularisation.

    When it is not a fault:
        The goal is out of reach for these data.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 11.3, on whether to gather more data.
    """

    code = "DD515"
    name = "goal-missed"
    causes = (Cause.CAPACITY_LOW, Cause.REGULARIZATION)
    needs = (OwnRecipe,)
    rung = OwnRecipe.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course, goal = evidence.of(OwnRecipe), evidence.settings.goal
        assert course is not None  # in `needs`
        kind = SicknessKind.GOAL_MISSED
        sickness = next((each for each in sicknesses(evidence) if each.kind is kind), None)
        if sickness is None or goal is None:
            return
        value, behind = statistics.fmean(goal_values(evidence)), _behind(course)
        yield Finding(
            self.code,
            self.name,
            Cause.REGULARIZATION if behind >= OVERFITTED else Cause.CAPACITY_LOW,
            f"The goal is missed: {goal.metric} is {value:.4g}, {goal.text} was asked for",
            Severity.ERROR,
            0.15,
            evidence=(
                sickness.as_evidence(),
                Statement(
                    f"the runs end {', '.join(f'{run.end:.3g}' for run in course.runs)} in loss"
                    + (f"; held-out rows stay {behind:.2f} in skill behind the training rows" if course.held_out else ""),
                    OwnRecipe.name,
                    {"curve": course.runs[0].curve},
                    tuple(run.trial for run in course.runs),
                ),
            ),
        )


def _behind(course: OwnCourse) -> float:
    """Skill by which held-out rows stay behind; 0 where there are too few of them."""
    trained, held_out = reached(course.runs, held_out=False), reached(course.runs, held_out=True)
    return statistics.fmean(trained) - statistics.fmean(held_out) if course.held_out and trained and held_out else 0.0
