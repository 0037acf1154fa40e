"""Sigmoids for classes of which exactly one holds."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import EXCLUSIVE_LOSSES, heads
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class SigmoidOnExclusiveClasses(Rule):
    """The classes exclude each other and the loss is a categorical cross-entropy, but every unit has a sigmoid.

    What was looked at:
        Activation, width and loss of every output, and the encoding of its targets.

    Why it matters:
        The answers of sigmoids do not sum to one, so they are no probabilities of the classes, and a threshold on them
        means nothing. The training hardly suffers: Keras 3 computes the loss from the numbers before the sigmoid, as if
        there were a softmax, or divides the answers by their sum.

    What to do:
        A softmax in place of the sigmoid.

    When it is not a fault:
        As long as only the largest answer is used, the predictions are the same. This is a note for that reason. One
        sigmoid a class with *binary* cross-entropy is a sound choice, too, and not reported.

    References:
        C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4. That the losses are equal was
        measured with Keras 3.15 on TensorFlow 2.21, bit by bit over 60 steps.
    """

    code = "DD105"
    name = "sigmoid-on-exclusive-classes"
    causes = (Cause.OUTPUT_ACTIVATION,)
    covers = ("H3", "contract: label encoding")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in heads(evidence.facts):
            exclusive = head.loss is not None and head.loss.name in EXCLUSIVE_LOSSES and not head.loss.from_logits
            if not exclusive or head.output.activation != "sigmoid" or head.units is None or head.units < 2:
                continue
            if head.encoding not in ("class_ids", "binary", "one_hot"):
                continue
            yield Finding(
                self.code,
                self.name,
                Cause.OUTPUT_ACTIVATION,
                f"{head.name} has {head.units} sigmoids for classes of which exactly one holds",
                Severity.NOTE,
                # published fault lists name it often (43 % lie in an activation); measured on Keras 3 it changes the
                # training little
                0.25,
                where(head),
                (
                    Statement(
                        f"each row has one class, {head.units} sigmoids answer each for itself",
                        "facts",
                        {"units": float(head.units)},
                    ),
                ),
                (remedy(evidence.facts, head, "Use a softmax on the output", activation="softmax"),),
            )
