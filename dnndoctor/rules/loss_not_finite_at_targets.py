"""A loss that becomes NaN or infinite where the predictions are right."""

from collections.abc import Iterable

from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.evidence.contract import heads
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import loss_of
from dnndoctor.experiments.sickness import SicknessKind, has
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where


class LossNotFiniteAtTargets(Rule):
    """The value or the gradient of the loss is NaN or infinite where the targets themselves are predicted.

    What was looked at:
        A loss of the user's own and its gradient at predictions equal to the targets; for probabilities at exactly 0 and 1, for
        logits at -30 and +30, where a sigmoid rounds to these in float32.

    Why it matters:
        The logarithm of 0 is minus infinity, the slope of a square root at 0 is infinite, and 0 times infinity is NaN. A good
        model comes close to its targets, so such a loss explodes late, in a run that went well, and one NaN ruins every weight.

    What to do:
        Keep a distance: `keras.ops.clip(p, 1e-7, 1 - 1e-7)` before a logarithm, `+ 1e-12` below a square root, or Keras' own
        losses, which do so.

    When it is not a fault:
        Predictions that never come that close: noisy numbers are seldom met exactly. Unless runs are seen to become NaN or
        infinite, this is a note.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 4.1, on overflow and underflow.
    """

    code = "DD215"
    name = "loss-not-finite-at-targets"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("contract: custom loss",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        exploding = has(evidence, SicknessKind.NON_FINITE)
        for head in heads(evidence.facts):
            seen = loss_of(evidence, head)
            if seen is None or seen.built_in or seen.course is None or seen.course.finite_at_targets:
                continue
            yield Finding(
                self.code,
                self.name,
                Cause.LOSS_FUNCTION,
                f"The loss {seen.loss} or its gradient is NaN or infinite where the predictions are exactly right",
                Severity.WARNING if exploding else Severity.NOTE,
                0.5 if exploding else 0.1,  # one of the usual ways to NaN, beside rate, inputs and weights
                loss_where(evidence.facts, head.output.name),
                (Statement(f"on {seen.rows} rows, with the targets themselves as predictions", LossAndMetrics.name),),
                (
                    Remedy(
                        "Keep the predictions from 0 and 1, and what is under a square root from 0",
                        patch="y_pred = keras.ops.clip(y_pred, 1e-7, 1 - 1e-7)",
                    ),
                    *keras_own_loss(evidence.facts, head),
                ),
            )
