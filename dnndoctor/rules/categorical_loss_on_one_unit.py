"""A loss for several classes on one unit."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import EXCLUSIVE_LOSSES, heads
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class CategoricalLossOnOneUnit(Rule):
    """A categorical cross-entropy on an output of one unit is constant, so nothing is learned.

    What was looked at:
        Width and loss of every output; where the first steps were run, the loss at the start.

    Why it matters:
        The loss for exclusive classes looks at the shares of the classes among themselves. With one unit its share is
        always 1, the loss is 0 from the first step on, and so is every gradient. A perfect loss with an accuracy that
        never moves is the usual picture. A sparse cross-entropy knows only the class 0 then, and fails at the first 1.

    What to do:
        Binary cross-entropy with a sigmoid on that one unit; or two units with a softmax.

    When it is not a fault:
        No model is known whose loss is meant to be constant.

    References:
        Keras API, CategoricalCrossentropy: "two or more label classes". Measured with Keras 3.15 on TensorFlow 2.21: the
        loss is 0 at every step.
    """

    code = "DD204"
    name = "categorical-loss-on-one-unit"
    causes = (Cause.LOSS_FUNCTION,)
    covers = ("contract: label encoding", "contract: output units")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        start = evidence.of(FirstBatchExperiment)
        for head in heads(evidence.facts):
            if head.loss is None or head.loss.name not in EXCLUSIVE_LOSSES or head.units != 1:
                continue
            statements = [
                Statement(f"loss {head.loss.name}, 1 unit, activation {head.output.activation or 'not known'}", "facts")
            ]
            if start is not None and start.start_losses and not head.several:
                text = f"the loss of the first batch is {start.start_losses[0]:.3g}"
                values = {"start_loss": start.start_losses[0]}
                statements.insert(0, Statement(text, FirstBatchExperiment.name, values, start.trials))
            title = "Use binary cross-entropy with a sigmoid"
            yield Finding(
                self.code,
                self.name,
                Cause.LOSS_FUNCTION,
                f"{head.name} has one unit, over which {head.loss.name} cannot compare any classes",
                Severity.ERROR,
                0.85,  # the loss is constant by its formula; some who meet this change the units instead
                where(head),
                tuple(statements),
                (remedy(evidence.facts, head, title, activation="sigmoid", loss="binary_crossentropy"),),
            )
