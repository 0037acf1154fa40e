"""A distance between numbers as the loss of a classification."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import DISTANCE_LOSSES, PROBABILITY_ACTIVATIONS, Head
from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_evidence import known_heads
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class RegressionLossOnClasses(Rule):
    """The targets are classes, and the loss measures a distance between numbers.

    What was looked at:
        Loss, activation and width of every output, and the encoding of its targets.

    Why it matters:
        Under a softmax or sigmoid the gradient of a squared or absolute error fades where the answer is confident and
        wrong, just where it is needed; the absolute error also prefers the most frequent class outright. Class ids
        against a row of answers are worse: Keras subtracts the id from every unit, which has no meaning at all.

    What to do:
        Cross-entropy: binary for one unit or independent labels, categorical for one-hot rows, sparse categorical for
        ids.

    When it is not a fault:
        The squared error of probabilities (Brier score) is a proper score and often trains well: with two classes, or
        where your own recipe is seen to learn well, it is a note. Ids of one number that stand for an order or a count,
        on one unit without an activation, are a regression and not reported.

    References:
        P. Golik, P. Doetsch, H. Ney, "Cross-entropy vs. squared error training" (2013). L. Hui, M. Belkin, "Evaluation of
        neural architectures trained with square loss vs cross-entropy" (2021), for the other side.
    """

    code = "DD205"
    name = "regression-loss-on-classes"
    causes = (Cause.LOSS_FUNCTION,)
    covers = ("contract: label encoding",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in known_heads(evidence):
            if head.loss is None or head.loss.name not in DISTANCE_LOSSES or head.target is None:
                continue
            finding = self._judge(evidence, head, head.target)
            if finding is not None:
                yield finding

    def _judge(self, evidence: Evidence, head: Head, target: TargetFacts) -> Finding | None:
        facts = evidence.facts
        units, encoding, absolute = (
            head.units or 1,
            target.encoding,
            head.loss is not None and head.loss.name == "mean_absolute_error",
        )
        many = (target.classes or 0) > 2
        if units > 1 and encoding in ("class_ids", "binary"):
            says = f"subtracts each class id from all {units} units"
            # The number that is minimised says nothing about the classes. The rest is for ids that are no classes.
            return self._finding(facts, head, target, says, Severity.ERROR, 0.85)
        if head.output.activation not in PROBABILITY_ACTIVATIONS or encoding not in (
            "binary",
            "one_hot",
            "multi_hot",
            "class_ids",
        ):
            return None
        if encoding == "class_ids":
            says = f"measures a distance between class ids up to {target.array.maximum:g} and answers of at most 1"
            return self._finding(facts, head, target, says, Severity.ERROR, 0.7)
        says = "measures a distance where the targets are classes"
        # 0.29: the share of real faults that lie in the loss. The squared error over two classes mostly trains well.
        if (absolute or (many and encoding == "one_hot")) and not learns_well(evidence):
            return self._finding(facts, head, target, says, Severity.WARNING, 0.4 if absolute else 0.29)
        return self._finding(facts, head, target, says, Severity.NOTE, 0.2)

    def _finding(
        self, facts: Facts, head: Head, target: TargetFacts, says: str, severity: Severity, confidence: float
    ) -> Finding:
        loss = head.loss.name if head.loss is not None else ""
        encoding = target.encoding.replace("_", " ")
        return Finding(
            self.code,
            self.name,
            Cause.LOSS_FUNCTION,
            f"{loss} {says}",
            severity,
            confidence,
            where(head),
            (
                Statement(
                    f"the targets are {encoding} of {target.classes} classes, loss {loss}, {head.units} units",
                    "facts",
                ),
            ),
            (_cross_entropy(facts, head, target),),
        )


def _cross_entropy(facts: Facts, head: Head, target: TargetFacts) -> Remedy:
    if head.units == 1 or target.encoding == "multi_hot":
        loss, activation = "binary_crossentropy", "sigmoid"
    else:
        loss = "categorical_crossentropy" if target.encoding == "one_hot" else "sparse_categorical_crossentropy"
        activation = "softmax"
    set_activation = None if head.output.activation == activation else activation
    return remedy(facts, head, f"Use {loss.replace('_', ' ')}", activation=set_activation, loss=loss)
