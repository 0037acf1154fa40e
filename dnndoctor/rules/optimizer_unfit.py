"""An optimizer that gets nowhere near what Adam does, at any rate."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.other_optimizers import OWN_OPTIMIZER, OtherOptimizers
from dnndoctor.experiments.race_evidence import ends, remedy, screening, severity, statement
from dnndoctor.experiments.rate_evidence import where
from dnndoctor.experiments.schedule_evidence import starving
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules import Rule


class OptimizerUnfit(Rule):
    """The optimizer does not train this model at any learning rate that was tried, and Adam does.

    What was looked at:
        Your recipe with Adam at 1e-4, 1e-3 and 1e-2, and with your own optimizer at the rate that the learning-rate sweep
        recommends, in as many steps. The best of them was run again against your own recipe on seeds that were not used for
        the choice.

    Why it matters:
        Plain gradient descent has one rate for all weights. Where gradients differ by orders of magnitude between layers or
        features, a rate that is small enough for the steepest is too small for the rest; optimizers with a rate for each weight
        step over that.

    What to do:
        Take Adam at the rate that won. Or mend what makes the gradients so different: unscaled inputs, a deep stack without
        normalisation, an initialisation that does not fit.

    When it is not a fault:
        Your own optimizer gets as far at another rate: then the rate is the cause, and Adam one way to meet it. A model that
        learns is not sick because Adam is faster: tuned gradient descent with momentum often generalises as well or better.

    References:
        D. Kingma, J. Ba, "Adam: a method for stochastic optimization" (2015).
        D. Choi et al., "On empirical comparisons of optimizers for deep learning" (2019).
    """

    code = "DD408"
    name = "optimizer-unfit"
    causes = (Cause.OPTIMIZER,)
    covers = ("H1",)
    needs = (OtherOptimizers,)
    rung = OtherOptimizers.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(OtherOptimizers)
        assert seen is not None  # in `needs`
        duel = seen.race.won
        if seen.race.ahead is None:
            adams = [entry.variant.name for entry in seen.race.entries if entry.variant.name != OWN_OPTIMIZER]
            if adams:  # of which some may not have come to their end
                yield RuledOut(Cause.OPTIMIZER, f"no better than {seen.own} in as many steps: {', '.join(adams)}")
        elif duel is not None and duel.variant.name == OWN_OPTIMIZER:
            yield RuledOut(Cause.OPTIMIZER, f"{seen.own} does as well as Adam at another learning rate")
        elif duel is not None and not _nearly(seen.own_best, statistics.fmean(seen.race.own), seen.race.best.mean):
            by_rate = starving(evidence) is not None
            weight = severity(evidence, duel)
            weight = Severity.WARNING if by_rate and weight is Severity.ERROR else weight
            own, other = ends(duel)
            confidence = 0.55 + 0.15 * (duel.gain >= 0.5) - 0.2 * (statistics.fmean(duel.other) < 0.3) - 0.3 * by_rate
            yield Finding(
                self.code,
                self.name,
                Cause.OPTIMIZER,
                f"{seen.own} does not get where Adam does ({duel.variant.name}: {duel.measure} {own} -> {other})",
                weight,
                0.1 if weight is Severity.NOTE else round(confidence, 2),
                where=where(evidence.facts),
                evidence=(
                    statement(duel, OtherOptimizers.name),
                    screening(seen.race, OtherOptimizers.name),
                    *(sickness.as_evidence() for sickness in (sicknesses(evidence) if weight is not Severity.NOTE else ())),
                ),
                remedies=(
                    remedy(
                        duel,
                        OtherOptimizers.name,
                        evidence.facts,
                        f"a schedule starves {seen.own}; Adam was tried at a constant rate" if by_rate else "",
                    ),
                ),
            )


def _nearly(best_of_own: float, own: float, best: float) -> bool:
    """Whether the user's own optimizer, at its best rate, goes more than half of the way from the user's run to Adam's."""
    return best_of_own - own > (best - own) / 2
