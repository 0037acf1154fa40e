"""A loss whose gradient is the same whatever the targets are."""

from collections.abc import Iterable

from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.evidence.contract import CLASS_ENCODINGS, PROBABILITY_ACTIVATIONS, Head, heads
from dnndoctor.evidence.seen.loss import OutputLoss
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import loss_of
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where


class LossIgnoresTargets(Rule):
    """Other targets would give the same gradient, so nothing can be learnt of them.

    What was looked at:
        Value and gradient of a loss of the user's own on one set of predictions, with the targets as they are, shuffled
        among the rows, and all set to those of one row.

    Why it matters:
        The optimizer sees the gradient alone. The mean of `y_true - y_pred` has the gradient -1 everywhere: without a
        square or an absolute value there is no smallest value, and the predictions run away. A loss that mixes up its
        variables and never reads `y_true` trains the model for something else.

    What to do:
        Take the square or the absolute value of the difference; look whether `y_true` is used on every path of the loss.

    When it is not a fault:
        Models whose output is itself the loss hand it through, `loss=lambda y, p: p`, and are not reported. Where nothing
        but the loss looks at this output (no metric, no probabilities for these classes), it may be meant to do without
        targets, and this is a note.

    References:
        Keras API, "Creating custom losses".
    """

    code = "DD210"
    name = "loss-ignores-targets"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("contract: custom loss",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in heads(evidence.facts):
            seen = loss_of(evidence, head)
            if seen is None or seen.built_in or seen.flat is not False or seen.gradient_uses_targets is not False:
                continue
            if seen.uses_targets:
                says = "the value changes with the targets, the gradient does not"
                yield self._finding(evidence, head, seen, says, Severity.ERROR, 0.88)
            elif not seen.constant_slope:
                says = "neither its value nor its gradient changes when the targets do"
                compared = bool(head.output.metrics) or (
                    head.output.activation in PROBABILITY_ACTIVATIONS and head.encoding in CLASS_ENCODINGS
                )
                # Where something else compares the output with the targets, the loss was to do so as well.
                severity, confidence = (Severity.ERROR, 0.8) if compared else (Severity.NOTE, 0.2)
                yield self._finding(evidence, head, seen, says, severity, confidence)

    def _finding(
        self, evidence: Evidence, head: Head, seen: OutputLoss, says: str, severity: Severity, confidence: float
    ) -> Finding:
        return Finding(
            self.code,
            self.name,
            Cause.LOSS_FUNCTION,
            f"The gradient of the loss {seen.loss} is the same whatever the targets are",
            severity,
            confidence,  # a measurement; the rest is for targets that are handed over for show
            loss_where(evidence.facts, head.output.name),
            (Statement(f"on {seen.rows} rows with targets as given, shuffled and all alike, {says}", LossAndMetrics.name),),
            keras_own_loss(evidence.facts, head),
        )
