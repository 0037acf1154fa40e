"""What is established against the user's own run, read from several experiments; many edits win a short race on a healthy model.

Only an established sickness turns what an edit improves into a fault. It is measured on the user's own recipe, so that several
rules can read it without leaning on one another.
"""

import statistics
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.evidence.contract import BINARY_LOSSES, EXCLUSIVE_LOSSES
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.better_recipe import better_recipes
from dnndoctor.experiments.course import constant_margin
from dnndoctor.experiments.goal import goal_met, goal_values
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.other_schedules import ALL_SPENT
from dnndoctor.experiments.own_course import OwnCourse, reached
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import ReferenceModel
from dnndoctor.experiments.shortfall import falls_short
from dnndoctor.finding import Statement

BEHIND = 0.35
"""Skill by which a settled run must stay behind the reference, on held-out and on training rows. Healthy models may lose 0.2 to a
line on series that hardly change from step to step, or by strong regularisation."""

CENTRAL_LOSSES = BINARY_LOSSES | EXCLUSIVE_LOSSES | {"huber", "log_cosh", "mean_absolute_error", "mean_squared_error", "poisson"}
"""Losses that ask for what skill is measured by: the right class, the middle of the targets. A quantile or a ratio is another
question, at which a good model may look bad."""

PLATEAU_STEPS = 500
"""Steps after which a run that does not fall any more is taken to stay where it is, though the recipe asks for more."""

WARMING_UP = 0.01
"""Share of the course's learning rate by which a run must lag behind its share of the steps to count as warming up still; the 101
points that rates are known at place a step no better."""

LEARNS = 0.5
"""Mean skill on the training rows from which a model plainly learns: half of what a constant leaves open."""


class SicknessKind(StrEnum):
    """What can be established; the order is that of `sicknesses`."""

    NON_FINITE = "non-finite"
    NO_BETTER_THAN_CONSTANT = "no better than a constant"
    CANNOT_MEMORISE = "cannot memorise"
    STILL_FALLING = "still falling"
    FALLS_SHORT = "falls short"
    BEHIND_REFERENCE = "behind a simple reference model"
    GOAL_MISSED = "goal missed"


@dataclass(frozen=True, slots=True)
class Sickness:
    """One established sickness.

    Attributes:
        kind: Of the vocabulary.
        statement: The measurement in one sentence.
        rung: The experiment that shows it.
        trials: Ids of the trials behind it.
    """

    kind: SicknessKind
    statement: str
    rung: str
    trials: tuple[str, ...]

    def as_evidence(self) -> Statement:
        """The same as a piece of a finding's evidence."""
        return Statement(self.statement, self.rung, trials=self.trials)


def sicknesses(evidence: Evidence) -> tuple[Sickness, ...]:
    """Everything that is established against the user's own run, the plainest first; empty where nothing is.

    Who reaches the goal that the config names is not sick, whatever could be better, unless runs become NaN or infinite.
    """
    if goal_met(evidence):
        return tuple(sickness for sickness in (_non_finite(evidence),) if sickness is not None)
    found = (
        _non_finite(evidence),
        _no_better(evidence),
        _cannot_memorise(evidence),
        _still_falling(evidence),
        _falls_short(evidence),
        _behind_reference(evidence),
        _goal_missed(evidence),
    )
    return tuple(sickness for sickness in found if sickness is not None)


def has(evidence: Evidence, *kinds: SicknessKind) -> bool:
    """Whether one of these is established."""
    return any(sickness.kind in kinds for sickness in sicknesses(evidence))


def structure_is_whole(evidence: Evidence) -> bool:
    """Whether the model was seen to learn: a handful of samples, by any recipe that was tried, or the whole set.

    A model that learns the whole set is not refuted by a handful of rows: these may contradict each other, or the rate is
    so low that not even they are learnt in a few hundred steps.
    """
    memory, response = evidence.of(Memorise), evidence.of(LearningRateSweep)
    if memory is not None and (memory.memorised or memory.cures):
        return True
    if learns_by_itself(evidence):
        return True
    return response is not None and any(statistics.fmean(each.other) >= LEARNS for each in response.comparisons)


def learns_by_itself(evidence: Evidence) -> bool:
    """Whether the user's own recipe plainly learns its training rows."""
    course = evidence.of(OwnRecipe)
    trained = reached(course.runs, held_out=False) if course is not None else ()
    return bool(trained) and statistics.fmean(trained) >= LEARNS


def undecided(evidence: Evidence) -> str:
    """Why the user's own run, though it was measured, shows neither health nor sickness; empty where it shows one of them."""
    course = evidence.of(OwnRecipe)
    if course is None or settled(course) or course.exploded:
        return ""
    trained = reached(course.runs, held_out=False)
    learnt = statistics.fmean(trained) if trained else course.progress
    if learnt >= LEARNS:
        return ""
    return f"{_share(course)} it has not learnt enough to tell (skill {learnt:.2f}); a longer budget would"


def settled(course: OwnCourse) -> bool:
    """Whether the run shows where the recipe leads: it was run to its end, or for long and falls no more.

    A schedule that has spent nearly all of its rate is at its end, however many steps remain; one that is still to come to its
    share of it (a long warm-up) is not, however flat the curve.
    """
    if course.whole or (course.rate_spent or 0.0) >= ALL_SPENT:
        return True
    if (course.rate_spent or 0.0) < (course.covered or 0.0) - WARMING_UP:
        return False
    return not course.clearly_falling and min(run.steps for run in course.runs) >= PLATEAU_STEPS


def _share(course: OwnCourse) -> str:
    done = f"{min(run.steps for run in course.runs):,} steps"
    if course.whole:
        return f"after its whole course ({done})"
    return f"after {done}" + (f", {course.covered:.0%} of its course" if course.covered is not None else "")


def _trials(course: OwnCourse) -> tuple[str, ...]:
    return tuple(run.trial for run in course.runs)


def _non_finite(evidence: Evidence) -> Sickness | None:
    course = evidence.of(OwnRecipe)
    if course is None or not course.exploded:
        return None
    steps = sorted(run.nonfinite_step for run in course.runs if run.nonfinite_step is not None)
    text = (
        f"the user's own run becomes NaN or infinite on {course.exploded} of {len(course.runs)} seeds, first at step {steps[0]:,}"
    )
    return Sickness(SicknessKind.NON_FINITE, text, OwnRecipe.name, _trials(course))


def _no_better(evidence: Evidence) -> Sickness | None:
    course = evidence.of(OwnRecipe)
    if course is None or course.exploded == len(course.runs) or not settled(course):
        return None
    trained = reached(course.runs, held_out=False)
    if not trained:
        return None
    margin = constant_margin(course.scored_rows)
    # Read on training rows: those never trained on may look bad for another reason, overfitting.
    failed = [skill for skill in trained if skill <= margin]
    if 2 * len(failed) <= len(trained):
        return None
    text = (
        f"{_share(course)} the user's own run predicts no better than the best constant on {len(failed)} of {len(trained)} "
        f"seeds: skill {round(statistics.fmean(failed), 2) + 0.0:.2f} on the training rows (up to {margin:.2f} could be chance)"
    )
    return Sickness(SicknessKind.NO_BETTER_THAN_CONSTANT, text, OwnRecipe.name, _trials(course))


def _cannot_memorise(evidence: Evidence) -> Sickness | None:
    memory = evidence.of(Memorise)
    if memory is None or structure_is_whole(evidence):
        return None
    runs = memory.decisive_runs
    failed = sum(not run.memorised for run in runs)
    tried = f", nor with {len(memory.attempts)} other optimizers and rates" if memory.attempts else ""
    text = f"the model cannot memorise {memory.decisive} samples on {failed} of {len(runs)} seeds{tried}"
    return Sickness(SicknessKind.CANNOT_MEMORISE, text, Memorise.name, tuple(run.trial for run in runs))


def _still_falling(evidence: Evidence) -> Sickness | None:
    course = evidence.of(OwnRecipe)
    if course is None or not course.whole or not course.longer:
        return None
    longer = reached(course.longer, held_out=course.held_out)
    own = course.skills or tuple(run.progress for run in course.runs)
    later = longer or tuple(run.progress for run in course.longer)
    if not falls_short(own, later, in_skill=bool(longer)):
        return None
    measure = "skill" if longer else "share of the loss that is gone"
    pace = -statistics.fmean(run.falling for run in course.runs)
    end = (
        f"when its epochs end the loss still falls {pace:.1%} an epoch; " if course.clearly_falling else "its epochs end early; "
    )
    text = (
        f"{end}"
        f"{course.longer[0].steps:,} steps instead of {course.runs[0].steps:,} take the {measure} "
        f"from {statistics.fmean(own):.2f} to {statistics.fmean(later):.2f} on {len(later)} fresh seeds"
    )
    return Sickness(SicknessKind.STILL_FALLING, text, OwnRecipe.name, (*_trials(course), *(run.trial for run in course.longer)))


def _falls_short(evidence: Evidence) -> Sickness | None:
    course = evidence.of(OwnRecipe)
    if course is None or course.exploded == len(course.runs) or not settled(course):
        return None
    better = [
        each
        for each in better_recipes(evidence)
        if falls_short(each.own, each.other, in_skill=each.measure != "progress") and min(each.other) > statistics.fmean(each.own)
    ]
    if not better:
        return None
    short = max(better, key=lambda each: each.gain)
    text = (
        f"{_share(course)} the user's own run stays at {short.measure} {statistics.fmean(short.own):.2f}; {short.how} the "
        f"same model reaches {statistics.fmean(short.other):.2f} in {short.steps:,} steps "
        f"(means of {len(short.own)} and {len(short.other)} seeds)"
    )
    return Sickness(SicknessKind.FALLS_SHORT, text, short.rung, (*_trials(course), *short.trials))


def _behind_reference(evidence: Evidence) -> Sickness | None:
    course, reference = evidence.of(OwnRecipe), evidence.of(ReferenceModel)
    if course is None or reference is None or course.exploded == len(course.runs) or not settled(course):
        return None
    # On held-out rows a model may stay behind by what it fits of noise, on training rows by what regularises it: neither alone
    # tells that it does not learn.
    both = reference.held_out and course.held_out
    sides = [(reference.trained if both else reference.signal, reached(course.runs, held_out=False))]
    if both:
        sides.append((reference.skills, course.skills))
    if not _same_question(evidence.facts) or not all(own and other for other, own in sides):
        return None
    if any(statistics.fmean(other) - statistics.fmean(own) < BEHIND or min(other) <= max(own) for other, own in sides):
        return None
    other, own = sides[-1]
    rows = "held-out" if both else "training"
    text = (
        f"{_share(course)} the user's own run stays at skill {statistics.fmean(own):.2f} on {rows} rows; a small reference model "
        f"reaches {statistics.fmean(other):.2f} in {reference.runs[0].steps:,} steps (means of {len(own)} and {len(other)} seeds)"
    )
    return Sickness(SicknessKind.BEHIND_REFERENCE, text, ReferenceModel.name, (*_trials(course), *reference.trials))


def _same_question(facts: Facts) -> bool:
    """Whether the user's losses ask for what skill is measured by, and nothing of the user's own takes the steps."""
    losses = [output.loss for output in facts.outputs]
    central = all(loss is not None and loss.built_in and loss.name in CENTRAL_LOSSES for loss in losses)
    return central and not facts.recipe.custom_train_step


def _goal_missed(evidence: Evidence) -> Sickness | None:
    course, goal = evidence.of(OwnRecipe), evidence.settings.goal
    if course is None or goal is None or course.exploded or not settled(course) or goal_met(evidence) is not False:
        return None
    values = goal_values(evidence)
    text = (
        f"{_share(course)} {goal.metric} is {statistics.fmean(values):.4g}, and {goal.text} is the goal, missed on all of "
        f"{len(values)} seeds"
    )
    return Sickness(SicknessKind.GOAL_MISSED, text, OwnRecipe.name, _trials(course))
