"""A learning rate above the usable ones."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.rate_evidence import against_own, confirmed, interval, remedy, where
from dnndoctor.experiments.rate_response import RateResponse
from dnndoctor.experiments.sickness import SicknessKind, has, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules import Rule


class LearningRateTooHigh(Rule):
    """The learning rate is higher than any at which this model learns well.

    What was looked at:
        Rates from a thousandth to a thousand times your own, in equal steps. Where the best of them lie below your own
        beyond the noise between seeds, both were run again on seeds that were not used for the choice, and for twice as
        long.

    Why it matters:
        Steps that are too long jump over the minimum or leave the region where the gradient means anything: the loss
        rises, oscillates, becomes NaN, or the first steps drive units into a state from which no gradient leads back.

    What to do:
        Take the recommended rate. It lies in the middle of the rates that work, so that neither a longer run nor another
        seed is likely to leave them.

    When it is not a fault:
        Your own run learns. A lower rate that wins a short race then is a note, no more: schedules and long courses often
        want a high rate at the start.

    References:
        Y. Bengio, "Practical recommendations for gradient-based training of deep architectures" (2012), section 3.1.1.
        J. Cohen et al., "Gradient descent on neural networks typically occurs at the edge of stability" (2021).
    """

    code = "DD401"
    name = "learning-rate-too-high"
    causes = (Cause.LEARNING_RATE_HIGH,)
    covers = ("D2",)
    needs = (LearningRateSweep,)
    rung = LearningRateSweep.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        response = evidence.of(LearningRateSweep)
        assert response is not None  # in `needs`
        best = response.point(response.best)
        if response.recommended >= 1:
            # Where no rate gets anywhere within the horizon, nothing is known of the user's own either.
            if best is not None and best.progress > response.tolerance:
                yield RuledOut(Cause.LEARNING_RATE_HIGH, _ruled_out(response))
        elif confirmed(response.comparisons, response.tolerance):
            yield self._finding(evidence, response)

    def _finding(self, evidence: Evidence, response: RateResponse) -> Finding:
        longest = max(response.comparisons, key=lambda comparison: comparison.steps)
        established = sicknesses(evidence)
        own, other = statistics.fmean(longest.own), statistics.fmean(longest.other)
        return Finding(
            self.code,
            self.name,
            Cause.LEARNING_RATE_HIGH,
            f"The learning rate {response.user_rate:.3g} is too high: at {response.user_rate * longest.factor:.3g} "
            f"{longest.measure} goes from {own:.2f} to {other:.2f}",
            Severity.ERROR if established else Severity.NOTE,
            _confidence(evidence, longest.gain, other) if established else 0.1,
            where=where(evidence.facts),
            evidence=(
                *(against_own(comparison, response) for comparison in response.comparisons),
                interval(response),
                *(sickness.as_evidence() for sickness in established),
            ),
            remedies=(remedy(response, response.comparisons, evidence.facts, verified=True),),
        )


def _confidence(evidence: Evidence, gain: float, other: float) -> float:
    """Higher for a large gain and a run that plainly fails; lower where the lower rate leaves much to be explained."""
    plainly = has(evidence, SicknessKind.NON_FINITE, SicknessKind.NO_BETTER_THAN_CONSTANT)
    return round(0.55 + 0.15 * (gain >= 0.5) + 0.1 * plainly - 0.2 * (other < 0.3), 2)


def _ruled_out(response: RateResponse) -> str:
    stable = [point.factor for point in response.points if response.edge is None or point.factor < response.edge]
    if response.recommended > 1:
        return f"rates above the user's own do better, up to x{response.usable[1]:g}"
    return (
        f"the loss at the user's rate is within noise of the best after {response.steps:,} steps, "
        f"rates up to x{max(stable, default=1.0):g} stay stable"
    )
