"""A few rows that have most of the gradient."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import known_heads, loss_of
from dnndoctor.experiments.loss_simplified import LossSimplified
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where

SHARE = 0.3
"""Of the gradient that the hundredth of the rows with the largest ones carries: 0.036 for normally distributed targets, 0.06 for
exponential and 0.11 for log-normal ones of deviation 1 (integrals of |y - mean| over the top hundredth)."""

SQUARED = frozenset({"mean_squared_error", "mean_squared_logarithmic_error"})


class FewRowsSteer(Rule):
    """One row in a hundred carries a third of the gradient of a squared error, or more.

    What was looked at:
        The gradient of every row's squared error at the best constant predictor, where training starts, over up to 4,096
        rows of the training data.

    Why it matters:
        The square makes a target ten times as far off weigh a hundred times as much in the loss and ten times in the gradient.
        A few outliers, wrong entries or unit mistakes then decide where every step leads, and batches with and without one
        differ wildly.

    What to do:
        Look at those rows. If they are mistakes, mend or drop them; if they are real, `keras.losses.Huber` or the absolute
        error, or train on the logarithm of the targets.

    When it is not a fault:
        Targets that are zero nearly everywhere put all that is to be learnt into few rows. While your own run is not seen to
        be sick, this is a note.

    References:
        P. J. Huber, "Robust estimation of a location parameter" (1964).
    """

    code = "DD214"
    name = "few-rows-steer"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("D8",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        raced = evidence.of(LossSimplified)
        shown = raced.output if raced is not None and raced.race.won is not None else None
        for head in known_heads(evidence):
            if head.output.name == shown:
                continue  # another rule tells what that costs
            seen = loss_of(evidence, head)
            if seen is None or seen.worst_share is None or head.loss is None or head.loss.name not in SQUARED:
                continue
            if seen.worst_share < SHARE:
                continue
            sick = bool(sicknesses(evidence))
            text = f"at the best constant, a hundredth of the rows has {seen.worst_share:.0%} of the gradient's sum of norms"
            yield Finding(
                self.code,
                self.name,
                Cause.LOSS_FUNCTION,
                f"One row in a hundred carries {seen.worst_share:.0%} of the gradient of {head.loss.name}",
                Severity.WARNING if sick else Severity.NOTE,
                0.35 if sick else 0.1,  # plausible where something is wrong; skewed targets alone harm few models
                loss_where(evidence.facts, head.output.name),
                (Statement(text, LossAndMetrics.name, {"worst_share": seen.worst_share}),),
                (remedy(evidence.facts, head, "Use a loss that outliers cannot rule", loss="huber"),),
            )
