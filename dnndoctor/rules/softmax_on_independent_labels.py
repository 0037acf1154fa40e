"""A softmax for labels that can hold together."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import heads
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class SoftmaxOnIndependentLabels(Rule):
    """Several labels can hold for one row, but the output is a softmax that lets only one win.

    What was looked at:
        Activation and width of every output, and how many ones the rows of its targets hold.

    Why it matters:
        The answers of a softmax sum to one. For a row with three labels the best it can do is a third for each, so no
        label passes 0.5, and for a row without labels it must still hand out one. The labels compete, although each is a
        question of its own.

    What to do:
        One sigmoid a label, with binary cross-entropy.

    When it is not a fault:
        Targets that were divided by their number of labels are shares, not labels, and are left alone. A softmax that
        only ranks the labels can be meant.

    References:
        M.-L. Zhang, Z.-H. Zhou, "Multilabel neural networks" (2006). D. Mahajan et al., "Exploring the limits of weakly
        supervised pretraining" (2018), for divided targets under a softmax.
    """

    code = "DD102"
    name = "softmax-on-independent-labels"
    causes = (Cause.OUTPUT_ACTIVATION,)
    covers = ("H3", "contract: label encoding")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in heads(evidence.facts):
            target = head.target
            if head.output.activation != "softmax" or target is None or target.encoding != "multi_hot" or head.units in (None, 1):
                continue
            ones = target.array.mean * target.array.features
            title = "Use a sigmoid for each label, with binary cross-entropy"
            yield Finding(
                self.code,
                self.name,
                Cause.OUTPUT_ACTIVATION,
                f"{head.name} is a softmax, but rows can carry several labels or none ({ones:.2g} on average)",
                Severity.ERROR,
                0.85,  # the answers cannot meet the targets; less than certain because a ranking may be all that is wanted
                where(head),
                (
                    Statement(
                        f"rows of the targets hold {ones:.3g} ones on average, the answers of a softmax sum to 1",
                        "facts",
                        {"ones_per_row": ones},
                    ),
                ),
                (remedy(evidence.facts, head, title, activation="sigmoid", loss="binary_crossentropy"),),
            )
