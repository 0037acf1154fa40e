"""A learning rate below the usable ones, for the steps that the recipe has."""

import statistics
from collections.abc import Iterable

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.clipping_off import ClippingOff
from dnndoctor.experiments.course import constant_margin
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.own_course import reached
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.rate_evidence import against_own, confirmed, interval, remedy, where
from dnndoctor.experiments.rate_response import RateResponse
from dnndoctor.experiments.schedule_evidence import starving
from dnndoctor.experiments.sickness import LEARNS, SicknessKind, sicknesses, undecided
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

TREATABLE = frozenset(
    {SicknessKind.NO_BETTER_THAN_CONSTANT, SicknessKind.CANNOT_MEMORISE, SicknessKind.STILL_FALLING, SicknessKind.FALLS_SHORT}
)
"""What steps that are too short can explain; a NaN they cannot."""

SEEN = 0.25
"""Share of the course from which it tells something that nothing was learnt: warm-ups are over by then."""


CLIPPED = 0.3
"""Confidence where the recipe does better without gradient clipping: below what the clipping is named with (0.6 at least)."""


class LearningRateTooLow(Rule):
    """The learning rate is too low for the number of steps that the recipe takes.

    What was looked at:
        Rates from a thousandth to a thousand times your own, in equal steps. Where the best of them lie above your own
        beyond the noise between seeds, both were run again on seeds that were not used for the choice, and for twice as
        long. Your own recipe was run as well, to see whether it gets there by itself.

    Why it matters:
        The weights move by about the rate at each step. If the distance to a solution is longer than rate times steps,
        the course ends on the way, and the curve looks like a model that cannot learn.

    What to do:
        Take the recommended rate, or pay for the missing distance with more epochs. Optimizers differ: Adadelta wants
        about 1, SGD about 0.01 to 0.1, Adam and RMSprop about 0.001.

    When it is not a fault:
        Your own run learns. A higher rate wins most short races on healthy models, which is a note, no more.

    References:
        Y. Bengio, "Practical recommendations for gradient-based training of deep architectures" (2012), section 3.1.1.
        M. Zeiler, "ADADELTA: an adaptive learning rate method" (2012), whose updates carry no rate (that is, 1).
    """

    code = "DD402"
    name = "learning-rate-too-low"
    causes = (Cause.LEARNING_RATE_LOW,)
    covers = ("D3",)
    needs = (LearningRateSweep,)
    rung = LearningRateSweep.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        response = evidence.of(LearningRateSweep)
        assert response is not None  # in `needs`
        best = response.point(response.best)
        if best is None or best.progress <= response.tolerance:
            return  # no rate gets anywhere within the horizon, so nothing is known of the user's own either
        if response.within:
            why = f"no higher rate is better than the user's own beyond noise after {response.steps:,} steps"
            yield RuledOut(Cause.LEARNING_RATE_LOW, why)
        elif response.recommended < 1:
            yield RuledOut(Cause.LEARNING_RATE_LOW, f"rates below the user's own do better, down to x{response.usable[0]:g}")
        elif confirmed(response.comparisons, response.tolerance):
            yield self._finding(evidence, response)

    def _finding(self, evidence: Evidence, response: RateResponse) -> Finding:
        longest = max(response.comparisons, key=lambda comparison: comparison.steps)
        established = [sickness for sickness in sicknesses(evidence) if sickness.kind in TREATABLE]
        own, other = statistics.fmean(longest.own), statistics.fmean(longest.other)
        # A rate three times too low is within what a person may have meant; ten times is not. A schedule that takes the rate away
        # makes any rate too low; a higher one only puts off when it is gone.
        starved = starving(evidence)
        clipping = evidence.of(ClippingOff)
        clipped = clipping is not None and clipping.without_gradient is not None and clipping.without_gradient.won is not None
        by_schedule = starved is not None and statistics.fmean(starved.other) >= other - response.tolerance
        confidence = (
            0.5 + 0.2 * (response.recommended >= 10) + 0.1 * (longest.gain >= 0.5) - 0.2 * (other < 0.3) - 0.3 * by_schedule
        )
        if clipped:  # a higher rate makes up for steps that are cut short
            confidence = min(confidence, CLIPPED)
        lagging = not established and other >= LEARNS and _learns_nothing_so_far(evidence, longest.steps)
        said = "is" if established else "seems"
        return Finding(
            self.code,
            self.name,
            Cause.LEARNING_RATE_LOW,
            (
                f"The learning rate {response.user_rate:.3g} {said} too low"
                if established or lagging
                else f"A higher learning rate than {response.user_rate:.3g} learns faster"
            )
            + f": at {response.user_rate * longest.factor:.3g} "
            f"{longest.measure} goes from {own:.2f} to {other:.2f} in the same {longest.steps:,} steps",
            Severity.ERROR if established and not by_schedule else Severity.WARNING if established or lagging else Severity.NOTE,
            round(confidence, 2) if established else round(0.8 * confidence, 2) if lagging else 0.1,
            where=where(evidence.facts),
            evidence=(
                *(against_own(comparison, response) for comparison in response.comparisons),
                interval(response),
                *_course(evidence),
                *(sickness.as_evidence() for sickness in established),
            ),
            remedies=(remedy(response, response.comparisons, evidence.facts, verified=True), *_more_epochs(evidence)),
        )


def _learns_nothing_so_far(evidence: Evidence, steps: int) -> bool:
    """Whether the user's own run was cut, after a good part of it and more than so many steps, no better than a constant."""
    course = evidence.of(OwnRecipe)
    return (
        course is not None
        and bool(undecided(evidence))
        and (course.covered or 0.0) >= SEEN
        and min(run.steps for run in course.runs) >= steps
        and course.skill is not None
        and course.skill <= constant_margin(course.scored_rows)
    )


def _course(evidence: Evidence) -> tuple[Statement, ...]:
    course = evidence.of(OwnRecipe)
    if course is None or not course.clearly_falling:
        return ()
    pace = -statistics.fmean(run.falling for run in course.runs)
    return (
        Statement(
            f"at the end of the user's own run the loss still falls by {pace:.1%} an epoch",
            OwnRecipe.name,
            {"falling_per_epoch": pace, "curve": course.runs[0].curve},
            tuple(run.trial for run in course.runs),
        ),
    )


def _more_epochs(evidence: Evidence) -> tuple[Remedy, ...]:
    """More epochs are the equivalent remedy where the longer run shows that they get there as well."""
    course = evidence.of(OwnRecipe)
    if course is None or not course.longer or not course.skills:
        return ()
    before, later = statistics.fmean(course.skills), reached(course.longer, held_out=course.held_out)
    if not later or statistics.fmean(later) - before < 0.25:  # as much as established the sickness
        return ()
    times = course.longer[0].steps / course.runs[0].steps
    return (
        Remedy(
            f"Keep the rate and train for {round(course.epochs_asked * times):,} epochs instead of {course.epochs_asked:,}",
            (Edit("epochs", {"factor": times}),) if times > 1 else (),
            patch=f"model.fit(..., epochs={round(course.epochs_asked * times)})",
            verified=True,
            before=before,
            after=statistics.fmean(later),
            effect=f"skill {before:.2f} -> {statistics.fmean(later):.2f} on {len(later)} fresh seeds",
            seeds=tuple(run.seed for run in course.longer),
            note=f"equivalent in effect, {times:.0f} times the cost",
        ),
    )
