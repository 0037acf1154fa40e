"""A squared error that outliers among the targets rule, where another loss does better."""

from collections.abc import Iterable

from dnndoctor.edits import patch, sentence
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_simplified import LossSimplified, SimplerLosses
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends, remedy, screening, severity, statement
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where

PLAIN_GAIN = 0.1
"""Skill gained on fresh seeds from which it is a warning, though the run is not established to be sick: with a gradient in few
rows' hands measured beside it, it is more than a short race won."""


class LossRuledByOutliers(Rule):
    """The loss is ruled by outliers: without their weight the same model predicts better.

    What was looked at:
        The gradient of every row's squared error at the best constant answer, and your recipe with the Huber loss and with
        the absolute error in as many steps, compared by the squared error of predictions in your own units, on held-out rows
        where there are any. The better one was run again on seeds that were not used for the choice.

    Why it matters:
        A squared error weighs a target ten times as far off ten times as much in the gradient. A few wrong entries, unit
        mistakes or far-off values then decide where every step leads, and the model follows them and not the rest.

    What to do:
        Look at the rows that are far off. Wrong entries are to be mended or dropped. Where they are real, train with
        `keras.losses.Huber` (its `delta` is the error from which rows count less) or the mean absolute error.

    When it is not a fault:
        Where the far-off values are what is to be predicted, held-out rows have them too, and other losses lose this
        comparison. Without held-out rows outliers are asked for in the comparison as well, and hide what they cost.

    References:
        P. J. Huber, "Robust estimation of a location parameter" (1964).
    """

    code = "DD216"
    name = "loss-ruled-by-outliers"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossSimplified,)
    rung = LossSimplified.name
    covers = ("D8",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(LossSimplified)
        assert seen is not None  # in `needs`
        duel = seen.race.won
        if duel is not None:
            yield self._finding(evidence, seen, duel)

    def _finding(self, evidence: Evidence, seen: SimplerLosses, duel: Duel) -> Finding:
        weight = severity(evidence, duel)
        if weight is Severity.NOTE and duel.gain >= PLAIN_GAIN:
            weight = Severity.WARNING
        own, other = ends(duel)
        text = f"at the best constant, a hundredth of the rows has {seen.worst_share:.0%} of the gradient's sum of norms"
        # Two measurements that say the same: who has the gradient, and what the model gains without that.
        sure = 0.55 + 0.15 * (duel.gain >= 0.5) + 0.1 * (seen.worst_share >= 0.3)
        return Finding(
            self.code,
            self.name,
            Cause.LOSS_FUNCTION,
            f"Outliers rule the loss {seen.loss}: with {duel.variant.name} {duel.measure} goes from {own} to {other}",
            weight,
            0.1 if weight is Severity.NOTE else round(sure, 2),
            where=loss_where(evidence.facts, seen.output),
            evidence=(
                statement(duel, LossSimplified.name),
                Statement(text, LossAndMetrics.name, {"worst_share": seen.worst_share}),
                screening(seen.race, LossSimplified.name),
                *(sickness.as_evidence() for sickness in (sicknesses(evidence) if weight is not Severity.NOTE else ())),
            ),
            remedies=(remedy(duel, LossSimplified.name, evidence.facts), *_others(evidence, seen, duel)),
        )


def _others(evidence: Evidence, seen: SimplerLosses, duel: Duel) -> Iterable[Remedy]:
    """The losses that did as well in the screening."""
    for entry in seen.race.entries:
        if entry.variant.name != duel.variant.name and entry.mean >= seen.race.best.mean - duel.noise:
            title = sentence(entry.variant.edits, evidence.facts)
            yield Remedy(
                title[0].upper() + title[1:],
                entry.variant.edits,
                patch(entry.variant.edits, evidence.facts),
                note=f"as good in the screening: {duel.measure} {entry.mean:.2f}",
            )
