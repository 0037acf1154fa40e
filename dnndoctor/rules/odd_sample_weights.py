"""Sample weights below zero, or nearly all zero."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NEARLY_ALL = 0.99
"""Share of zeros that leaves fewer than one value in a hundred to be trained on."""


class OddSampleWeights(Rule):
    """Sample weights turn the loss of rows round, or switch nearly all rows off.

    What was looked at:
        The sample weights of the sampled rows, class weights multiplied in.

    Why it matters:
        A row with a negative weight is pushed away from its own target, without a bound. Rows with weight zero are not
        trained at all, while they still count in the size of the batch.

    What to do:
        Look at how the weights are made: a difference where a ratio was meant, a mask the wrong way round, a class whose
        weight was left out.

    When it is not a fault:
        Zeros that mask padded steps are usual. They are reported only where fewer than one value in a hundred is left.

    References:
        Keras API, `Model.fit` (`sample_weight`).
    """

    code = "DD029"
    name = "odd-sample-weights"
    causes = (Cause.LABELS,)
    covers = ()

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        weights = evidence.facts.data.scan.weights
        if weights is None:
            return
        if weights.negative:
            several = "s are" if weights.negative > 1 else " is"
            text = f"{weights.negative:,} sample weight{several} negative, first in row {weights.first_negative}"
        elif weights.zero_share > NEARLY_ALL:
            text = f"{weights.zero_share:.1%} of the sample weights are zero"
        else:
            return
        yield Finding(
            self.code,
            self.name,
            Cause.LABELS,
            text[0].upper() + text[1:],
            Severity.WARNING,
            0.6,  # hardly ever meant, and what it does to the loss is arithmetic
            data_where(evidence.facts),
            (Statement(text, "facts", {"negative": float(weights.negative), "zero_share": weights.zero_share}),),
            (Remedy("Give weights of zero or more that leave most rows in", patch="assert (sample_weight >= 0).all()"),),
        )
