"""A head that gives no probabilities, and no plain logits either, under a loss that needs them."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import (
    BINARY_LOSSES,
    EXCLUSIVE_LOSSES,
    LOSSES,
    PROBABILITY_ACTIVATIONS,
    RANGES,
    Head,
    Predictions,
)
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment
from dnndoctor.experiments.loss_evidence import known_heads
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class HeadUnfitForProbabilityLoss(Rule):
    """The output ends in relu, tanh or the like, and the loss takes probabilities, logits or positive numbers.

    What was looked at:
        The activation of every output with a cross-entropy, a Kullback-Leibler divergence or a Poisson loss of Keras'
        own, and `from_logits`; where the first steps were run, the share of predictions outside 0 to 1.

    Why it matters:
        A cross-entropy takes logarithms of its predictions. Keras clips what lies outside 0 to 1, and the gradient of a
        clipped value is zero: on a small problem of four classes a softmax came down to a loss of 0.65 in 60 steps, relu
        and tanh heads stayed at 1.39 and 1.37, the loss of guessing. With `from_logits=True` a relu cannot say
        "unlikely", and a tanh cannot be sure.

    What to do:
        Softmax for exclusive classes, sigmoid for yes/no answers; or no activation and `from_logits=True`. For counts
        under a Poisson loss, `activation="exponential"` or "softplus".

    When it is not a fault:
        No healthy use is known for a cross-entropy without `from_logits`; bounded logits can be meant as a regulariser,
        which is why these are a warning.

    References:
        C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.2. The figures above were measured with
        Keras 3.15 on TensorFlow 2.21: 64 rows, Dense(32, relu), Adam at 0.01.
    """

    code = "DD104"
    name = "head-unfit-for-probability-loss"
    causes = (Cause.OUTPUT_ACTIVATION,)
    covers = ("H3", "contract: bounded head")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        start = evidence.of(FirstBatchExperiment)
        judged = known_heads(evidence)
        findings = [finding for head in judged if (finding := self._judge(evidence.facts, head, start)) is not None]
        yield from findings
        if judged and not findings and all(map(_canonical, judged)):
            yield RuledOut(Cause.OUTPUT_ACTIVATION, "every output has the activation that belongs to its loss and its targets")

    def _judge(self, facts: Facts, head: Head, start: FirstBatch | None) -> Finding | None:
        activation, loss = head.output.activation, head.loss
        if loss is None or activation is None or activation not in RANGES or activation in PROBABILITY_ACTIVATIONS:
            return None
        takes = LOSSES.get(loss.name)
        seen = start.outputs.get(head.output.name) if start is not None else None
        if takes is Predictions.POSITIVE:
            below = head.target is not None and head.target.array.minimum < 0
            if RANGES[activation][0] >= 0 or below:  # a loss that does not fit the targets is another finding
                return None
            negative = seen is not None and seen.minimum < 0
            says = f"can give negative numbers, of which {loss.name} takes the logarithm"
            return self._finding(
                head,
                says,
                Severity.ERROR if negative else Severity.WARNING,
                0.7 if negative else 0.4,
                start,
                remedy(facts, head, "Let the output give positive numbers", activation="exponential"),
            )
        divergence = loss.name == "kl_divergence"
        if takes not in (Predictions.ROWS, Predictions.ELEMENTS) or (activation in ("linear", "leaky_relu") and not divergence):
            return None  # plain logits are a matter of from_logits
        probabilities = "softmax" if loss.name in EXCLUSIVE_LOSSES and (head.units or 0) > 1 else "sigmoid"
        fit = remedy(facts, head, f"Use a {probabilities} on the output", activation=probabilities, loss=loss.name)
        if loss.from_logits:
            says = f"bounds the logits that {loss.name} was told to expect"
            strip = remedy(facts, head, "Give the output no activation", activation="linear")
            # 0.43: the share of real faults that lie in an activation; bounded logits still learn something.
            return self._finding(head, says, Severity.WARNING, 0.43, start, strip)
        return self._finding(head, f"does not give the probabilities that {loss.name} takes", Severity.ERROR, 0.9, start, fit)

    def _finding(
        self, head: Head, says: str, severity: Severity, confidence: float, start: FirstBatch | None, fit: Remedy
    ) -> Finding:
        loss = head.loss.name if head.loss is not None else ""
        statements = [Statement(f"activation {head.output.activation}, loss {loss}", "facts")]
        seen = start.outputs.get(head.output.name) if start is not None else None
        if seen is not None and start is not None:
            text = f"the untrained model's predictions run from {seen.minimum:.3g} to {seen.maximum:.3g}, " + (
                f"{seen.outside_unit:.0%} of them outside 0 to 1"
                if seen.outside_unit >= 0.005
                else "and nothing makes those of a row sum to one"
            )
            values = {"outside_unit": seen.outside_unit, "minimum": seen.minimum, "maximum": seen.maximum}
            statements.append(Statement(text, FirstBatchExperiment.name, values, start.trials))
        return Finding(
            self.code,
            self.name,
            Cause.OUTPUT_ACTIVATION,
            f"{head.name} ends in {head.output.activation}, which {says}",
            severity,
            confidence,
            where(head),
            tuple(statements),
            (fit,),
        )


def _canonical(head: Head) -> bool:
    """Whether activation, loss and targets are one of the textbook triples."""
    if head.loss is None or head.units is None:
        return False
    activation, loss, encoding = head.output.activation, head.loss.name, head.encoding
    logits = activation == "linear" and head.loss.from_logits is True
    if loss in EXCLUSIVE_LOSSES:
        return head.units > 1 and encoding in ("class_ids", "binary", "one_hot") and (logits or activation == "softmax")
    if loss in BINARY_LOSSES:
        return encoding in ("binary", "multi_hot") and (logits or activation == "sigmoid")
    return loss in LOSSES and encoding == "continuous" and activation == "linear"
