"""A recipe that stops on the way."""

import math
import statistics
from collections.abc import Iterable
from typing import Any

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.own_course import OwnCourse, reached
from dnndoctor.experiments.own_recipe import LEARNT, LENGTHENED, OwnRecipe
from dnndoctor.experiments.shortfall import SHORTFALL
from dnndoctor.experiments.sickness import LEARNS, SicknessKind, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

LEFT = 0.1
"""Of what is left to learn, the share that may stay when an extrapolation calls it enough."""

FARTHEST = 10
"""Times the epochs up to which the pace of the end is extrapolated: beyond, a straight line in the logarithm says nothing."""


class EpochsTooFew(Rule):
    """The recipe ends while the loss still falls, and far from where more epochs lead.

    What was looked at:
        Your whole recipe on several seeds: the slope of the logarithm of the loss over its last third against the scatter
        around it. Where it falls clearly and much is left to learn, up to four times the epochs were run on other seeds; where
        the time did not allow that, the pace at the end says what they would give, and the report says that it is a guess.

    Why it matters:
        A model that was stopped on the way looks like one that cannot learn, and is often rebuilt for no reason.

    What to do:
        Train for more epochs and stop by validation (`EarlyStopping`), or raise the rate if the report says that this
        reaches the same sooner.

    When it is not a fault:
        Most healthy runs still fall a little when they end. Only a long way to go, measured by the longer run, is a fault.

    References:
        L. Prechelt, "Early stopping - but when?" (1998).
    """

    code = "DD404"
    name = "epochs-too-few"
    causes = (Cause.EPOCHS,)
    covers = ("edit: epochs",)
    needs = (OwnRecipe,)
    rung = OwnRecipe.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course = evidence.of(OwnRecipe)
        assert course is not None  # in `needs`
        falling = next((sickness for sickness in sicknesses(evidence) if sickness.kind is SicknessKind.STILL_FALLING), None)
        if falling is not None:
            yield self._finding(evidence, course, falling.as_evidence())
        elif course.whole and not course.exploded and not course.may_fall_on:
            why = f"the loss does not clearly fall any more when the {course.epochs_asked:,} epochs end"
            yield RuledOut(Cause.EPOCHS, why)
        elif course.clearly_falling and _only_guessed(course) and _promised(course) >= SHORTFALL:
            yield self._guess(evidence.facts, course)

    def _finding(self, evidence: Evidence, course: OwnCourse, falling: Statement) -> Finding:
        own = course.skills or tuple(run.progress for run in course.runs)
        later = reached(course.longer, held_out=course.held_out) or tuple(run.progress for run in course.longer)
        factor = round(course.longer[0].steps / statistics.fmean(run.steps for run in course.runs), 3)
        response = evidence.of(LearningRateSweep)
        rate_too_low = response is not None and response.recommended > 1 and bool(response.comparisons)
        note = "a higher learning rate gets there in the same steps" if rate_too_low else ""
        return Finding(
            self.code,
            self.name,
            Cause.EPOCHS,
            _title(course),
            Severity.ERROR,
            # More steps make up for a rate that is too low: where a higher one does it in the same steps, epochs are the
            # equivalent.
            0.4 if rate_too_low else 0.75,
            evidence=(
                falling,
                *((_extrapolation(course),) if course.clearly_falling else ()),
                Statement(
                    "the user's own run and the longer one",
                    OwnRecipe.name,
                    {"curve": course.runs[0].curve, "longer_curve": course.longer[0].curve},
                    (course.runs[0].trial, course.longer[0].trial),
                ),
            ),
            remedies=(
                _remedy(
                    evidence.facts,
                    factor,
                    verified=min(later) > max(own),
                    before=statistics.fmean(own),
                    after=statistics.fmean(later),
                    effect=falling.text,
                    seeds=tuple(run.seed for run in course.longer),
                    note=note,
                ),
            ),
        )

    def _guess(self, facts: Facts, course: OwnCourse) -> Finding:
        far = (course.progress if course.skill is None else course.skill) < LEARNS
        return Finding(
            self.code,
            self.name,
            Cause.EPOCHS,
            _title(course),
            Severity.WARNING if far else Severity.NOTE,
            0.4 if far else 0.3,
            evidence=(_extrapolation(course),),
            # No more than the longer run would have been: it is tried in what is left of the time.
            remedies=(_remedy(facts, min(_times(course), float(LENGTHENED))),),
        )


def _only_guessed(course: OwnCourse) -> bool:
    """Whether longer runs would have been asked, had there been time for them."""
    learnt = course.progress if course.skill is None else course.skill
    ended_itself = any(run.stopped_by for run in course.runs)
    return course.whole and not course.longer and not course.exploded and not ended_itself and learnt < LEARNT


def _pace(course: OwnCourse) -> float:
    """Change of the logarithm of the loss above its floor an epoch, at the end; below 0 where it falls."""
    return statistics.fmean(math.log1p(max(run.falling, -1 + 1e-12)) for run in course.runs)


def _promised(course: OwnCourse) -> float:
    """The share of the whole way that `LENGTHENED` times the epochs would still go at the pace of the end."""
    more = (LENGTHENED - 1) * course.epochs_done
    return (1 - course.progress) * -math.expm1(min(0.0, _pace(course)) * more)


def _times(course: OwnCourse) -> float:
    """About how many times the epochs take off all but `LEFT` of what is left at the pace of the end; 1.5 to `FARTHEST`.

    A loss seldom keeps its pace, so this is rough, and rounded to halves.
    """
    pace = _pace(course)
    more = math.log(LEFT) / pace if pace < 0 else math.inf
    times = min(1 + more / max(1e-9, course.epochs_done), FARTHEST)
    return max(1.5, round(2 * times) / 2)


def _title(course: OwnCourse) -> str:
    times = _times(course)
    if not course.clearly_falling:
        return f"{course.epochs_asked:,} epochs ({course.runs[0].steps:,} steps) are too few for the loss to settle"
    return (
        f"{course.epochs_asked:,} epochs ({course.runs[0].steps:,} steps) are too few: the loss is still falling "
        f"{-math.expm1(_pace(course)):.1%} an epoch at the end, so about {times:g}x the epochs"
        + (" or more" if times >= FARTHEST else "")
    )


def _extrapolation(course: OwnCourse) -> Statement:
    times = _times(course)
    so_many = f"{round(times * course.epochs_done):,} epochs" + (" or more" if times >= FARTHEST else "")
    return Statement(
        f"at the pace of its last third ({-math.expm1(_pace(course)):.1%} an epoch) the loss would have lost {1 - LEFT:.0%} of "
        f"what is left after about {so_many}; that is a rough guess, as few losses keep their pace",
        OwnRecipe.name,
        {"falling": math.expm1(_pace(course)), "times": times},
        tuple(run.trial for run in course.runs),
    )


def _remedy(facts: Facts, factor: float, **tried: Any) -> Remedy:
    kind, edit = edit_kind("epochs"), Edit("epochs", {"factor": factor})
    title = kind.sentence(edit, facts)
    return Remedy(title[0].upper() + title[1:], (edit,), kind.patch(edit, facts), **tried)
