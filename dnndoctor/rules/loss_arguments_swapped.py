"""A loss with targets and predictions in each other's place."""

from collections.abc import Iterable

from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.evidence.contract import heads
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import likeness_statement, loss_of
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where


class LossArgumentsSwapped(Rule):
    """The loss takes the predictions for the targets and the targets for the predictions.

    What was looked at:
        The values of a loss of the user's own on several sets of predictions, against those of Keras' losses with their
        arguments in order and swapped; only a loss that matches one of them swapped, and none in order, is meant.

    Why it matters:
        Keras calls a loss as `loss(y_true, y_pred)`. A cross-entropy the other way round takes the logarithm of the
        targets, that is of 0 and 1 clipped to 1e-7: it becomes 16 times the absolute error, which does not punish sure and
        wrong answers any more than doubtful ones, and prefers the most frequent class. Relative errors are divided by the
        predictions, which pulls these towards infinity.

    What to do:
        `def loss(y_true, y_pred)`, and hand both on in the order that the inner function wants; scikit-learn and TensorFlow
        take (true, predicted), PyTorch (predicted, true).

    When it is not a fault:
        A reverse Kullback-Leibler divergence between soft targets can be meant; it is reported for what it is.

    References:
        Keras API, "Creating custom losses": `loss_fn(y_true, y_pred)`.
    """

    code = "DD209"
    name = "loss-arguments-swapped"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("contract: custom loss",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in heads(evidence.facts):
            seen = loss_of(evidence, head)
            if seen is None or seen.likeness is None or not seen.likeness.swapped:
                continue
            soft = seen.likeness.name == "kl_divergence" and head.encoding in ("continuous", "probabilities")
            yield Finding(
                self.code,
                self.name,
                Cause.LOSS_FUNCTION,
                f"The loss {seen.loss} is {seen.likeness.name} with targets and predictions swapped",
                Severity.NOTE if soft else Severity.ERROR,
                0.1 if soft else 0.88,  # equal on all that was tried; a few learn all the same, since it is an absolute error
                loss_where(evidence.facts, head.output.name),
                likeness_statement(evidence, head),
                (
                    Remedy("Swap its arguments", patch=f"def {seen.loss}(y_true, y_pred):"),
                    *keras_own_loss(evidence.facts, head),
                ),
            )
