"""A learning rate whose outcome depends on the seed."""

import statistics
from collections.abc import Iterable

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.course import constant_margin
from dnndoctor.experiments.curves import spread
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_course import reached
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.rate_evidence import where
from dnndoctor.experiments.rate_response import Comparison, RateResponse
from dnndoctor.experiments.sickness import LEARNS, settled, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

TIMES_STEADIER = 3
"""Ratio of standard deviations that counts: with four to six seeds a ratio of 3 is beyond the 95 % point of the F distribution
(sqrt(9.3) = 3.0 at 3 and 3 degrees of freedom)."""


class LearningRateNotRepeatable(Rule):
    """Runs that differ only in their seed end far apart, and a lower rate brings them together.

    What was looked at:
        The spread of what runs reach over different initial weights and batch orders, at your own rate and, where that is
        large, at a third and a tenth of it, in equal steps and on the same seeds. The spread at the other rates that were run
        with several seeds is listed beside it.

    Why it matters:
        A result that depends on the seed cannot be compared with another one, and some of the runs fail. A rate near the
        edge of stability is the usual origin: whether the first steps jump off is a matter of chance.

    What to do:
        Take the lower rate, or warm the rate up over the first steps.

    When it is not a fault:
        All runs of your own whole course learn all the same, or the lower rate is steady only because it has not learnt yet.
        Then this is a note, or not reported.

    References:
        X. Bouthillier et al., "Accounting for variance in machine learning benchmarks" (2021).
    """

    code = "DD403"
    name = "learning-rate-not-repeatable"
    causes = (Cause.LEARNING_RATE_HIGH,)
    covers = ("D3", "control: noise")
    needs = (NoiseFloor, LearningRateSweep)
    rung = LearningRateSweep.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        response = evidence.of(LearningRateSweep)
        assert response is not None  # in `needs`
        steadier = [comparison for comparison in response.steadier if _steadier(comparison)]
        if steadier:
            yield self._finding(evidence, response, max(steadier, key=lambda comparison: comparison.factor))

    def _finding(self, evidence: Evidence, response: RateResponse, comparison: Comparison) -> Finding:
        established, lost = sicknesses(evidence), _lost_seeds(evidence)
        edit = Edit("learning_rate", {"factor": comparison.factor})
        own, other = statistics.fmean(comparison.own), statistics.fmean(comparison.other)
        seeds = len(comparison.seeds)
        text = (
            f"{comparison.measure} over {seeds} seeds: {own:.2f} +- {spread(comparison.own):.2f} at the user's rate, "
            f"{other:.2f} +- {spread(comparison.other):.2f} at x{comparison.factor:g}, {comparison.steps:,} steps each"
        )
        return Finding(
            self.code,
            self.name,
            Cause.LEARNING_RATE_HIGH,
            f"Runs at the learning rate {response.user_rate:.3g} end far apart: {comparison.measure} "
            f"{min(comparison.own):.2f} to {max(comparison.own):.2f} over {seeds} seeds",
            Severity.WARNING if established or lost else Severity.NOTE,
            0.45 if established or lost else 0.1,
            where=where(evidence.facts),
            evidence=(
                Statement(
                    text,
                    LearningRateSweep.name,
                    {"own_by_seed": comparison.own, "other_by_seed": comparison.other},
                    comparison.trials,
                ),
                *lost,
                *_spreads(response),
                *(sickness.as_evidence() for sickness in established),
            ),
            remedies=(
                Remedy(
                    f"Lower the learning rate to {response.user_rate * comparison.factor:.3g}",
                    (edit,),
                    edit_kind(edit.name).patch(edit, evidence.facts),
                    # The factors were fixed beforehand, so no seed took part in a choice.
                    verified=True,
                    before=own,
                    after=other,
                    effect=text,
                    seeds=comparison.seeds,
                ),
            ),
        )


def _lost_seeds(evidence: Evidence) -> tuple[Statement, ...]:
    """Whole courses of the user's own that learn nothing while others learn, in a sentence; nothing where there are none.

    A minority of them is no sickness that shows in every run, and still a result that hangs on the seed.
    """
    course = evidence.of(OwnRecipe)
    trained = reached(course.runs, held_out=False) if course is not None else ()
    if course is None or not trained or not settled(course):
        return ()
    failed = sum(skill <= constant_margin(course.scored_rows) for skill in trained)
    if not failed or max(trained) < LEARNS:
        return ()
    return (
        Statement(
            f"of {len(trained)} runs of the user's whole recipe {failed} learn nothing, the best reaches a skill of "
            f"{max(trained):.2f} on the training rows",
            OwnRecipe.name,
            {"skill_by_seed": trained},
            tuple(run.trial for run in course.runs),
        ),
    )


def _spreads(response: RateResponse) -> tuple[Statement, ...]:
    """The spread between seeds at every rate that was run with several of them."""
    points = [point for point in response.points if len(point.seeds) > 1]
    if len(points) < 2:
        return ()
    told = ", ".join(f"x{point.factor:g}: {point.progress_spread:.2f}" for point in points)
    return (
        Statement(
            f"standard deviation between seeds of the share of the loss that is gone, by rate: {told}",
            LearningRateSweep.name,
            {
                "factors": tuple(point.factor for point in points),
                "spread": tuple(point.progress_spread for point in points),
            },
            tuple(trial for point in points for trial in point.trials),
        ),
    )


def _steadier(comparison: Comparison) -> bool:
    apart = spread(comparison.own) > TIMES_STEADIER * spread(comparison.other)
    return apart and statistics.fmean(comparison.other) >= statistics.fmean(comparison.own)
