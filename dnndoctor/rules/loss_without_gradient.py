"""A loss that is flat: no gradient at any prediction."""

from collections.abc import Iterable

from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.evidence.contract import heads
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import loss_of
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where


class LossWithoutGradient(Rule):
    """The gradient of the loss is exactly zero wherever it was tried.

    What was looked at:
        The gradient of a loss of the user's own at the untrained model's predictions and at three sets of made-up ones,
        between the opposite of the targets and the targets.

    Why it matters:
        Counts are steps: rounding, argmax, comparisons and signs have no slope anywhere. An accuracy as a loss therefore
        trains nothing; if a regularizer is there, it is all that is trained, and there is no error message.

    What to do:
        A loss that rises with every bit of error: cross-entropy for classes, the squared error for numbers. Keep the count as
        a metric.

    When it is not a fault:
        Hinges are flat beyond their margin, but not everywhere; masks and weights of zero silence some rows, but not all.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 8.1.2, on surrogate losses.
    """

    code = "DD211"
    name = "loss-without-gradient"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("contract: custom loss",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in heads(evidence.facts):
            seen = loss_of(evidence, head)
            if seen is None or seen.built_in or not seen.flat:
                continue
            if seen.predicted is None or seen.predicted.rows_without_gradient < 1:
                continue
            text = f"the gradient is exactly zero on all {seen.rows} rows, at the model's predictions and at three other sets"
            yield Finding(
                self.code,
                self.name,
                Cause.LOSS_FUNCTION,
                f"The loss {seen.loss} has no gradient: no prediction can be improved by following it",
                Severity.ERROR,
                0.9,  # zero four times over; a loss that is flat there and not elsewhere is not known
                loss_where(evidence.facts, head.output.name),
                (Statement(text, LossAndMetrics.name),),
                keras_own_loss(evidence.facts, head),
            )
