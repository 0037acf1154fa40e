"""A constant rate that is too high for the end of the course."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.other_schedules import OtherSchedules
from dnndoctor.experiments.race_evidence import ends, remedy, severity, statement
from dnndoctor.experiments.rate_evidence import where
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules import Rule


class RateHighToTheEnd(Rule):
    """The learning rate stays high to the end, and one drop near it does better.

    What was looked at:
        Your recipe with a tenth of the learning rate for the last third of the steps, the optimizer's state kept, against your
        recipe as it is, on seeds that were used for no choice.

    Why it matters:
        A rate that is right for the way is often too high for the goal: the weights go on jumping around a minimum that they
        could settle in.

    What to do:
        Train on at a tenth of the rate once the loss stalls, without compiling again, so that the optimizer's state is kept. With
        Adam one such drop near the end is worth more than a decay from the beginning.

    When it is not a fault:
        Nearly every recipe gains a little by a last drop. It is an error only where the course is far from what it could reach,
        and the drop alone lifts it there.

    References:
        Y. Bengio, "Practical recommendations for gradient-based training of deep architectures" (2012), section 3.1.1.
        K. You et al., "How does learning rate decay help modern neural networks?" (2019).
    """

    code = "DD411"
    name = "rate-high-to-the-end"
    causes = (Cause.LEARNING_RATE_HIGH,)
    covers = ("H8",)
    needs = (OtherSchedules,)
    rung = OtherSchedules.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        schedules = evidence.of(OtherSchedules)
        assert schedules is not None  # in `needs`
        duel = schedules.race.won
        if schedules.names or duel is None:  # what schedules there are is another rule's question
            return
        lifted = severity(evidence, duel) is Severity.ERROR
        own, other = ends(duel)
        yield Finding(
            self.code,
            self.name,
            Cause.LEARNING_RATE_HIGH,
            f"A drop of the learning rate near the end takes {duel.measure} from {own} to {other}",
            Severity.ERROR if lifted else Severity.NOTE,
            # A rate that is lower throughout does the same as a rule, and the sweep's rule knows better which.
            0.4 if lifted else 0.1,
            where=where(evidence.facts),
            evidence=(
                statement(duel, OtherSchedules.name),
                *(sickness.as_evidence() for sickness in (sicknesses(evidence) if lifted else ())),
            ),
            remedies=(remedy(duel, OtherSchedules.name, evidence.facts),),
        )
