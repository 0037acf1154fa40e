"""Fewer output units than the targets need."""

from collections.abc import Iterable

from dnndoctor.edits.heads import replaced_head, where
from dnndoctor.evidence.contract import BINARY_LOSSES, EXCLUSIVE_LOSSES, IDS_LOSSES, Head, heads
from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class TooFewOutputUnits(Rule):
    """The output has fewer units than there are classes, or another number than the targets have columns.

    What was looked at:
        The width of every output of a classification against the class ids, the number of classes and the columns of its
        targets.

    Why it matters:
        A class without a unit can never be answered. A sparse cross-entropy looks up the unit with the number of the
        class: beyond the last unit TensorFlow stops with an error on a CPU, and gives NaN on a GPU. One sigmoid unit can
        tell two classes apart, not three.

    What to do:
        As many units as classes, counted from 0 to the largest id.

    When it is not a fault:
        A loss with `ignore_class=...`: its loss is finite although an id is out of range, and nothing is reported. More
        units than classes in the sample are normal, since a rare class may be missing there.

    References:
        TensorFlow API, tf.nn.sparse_softmax_cross_entropy_with_logits: labels must lie in [0, num_classes).
    """

    code = "DD106"
    name = "too-few-output-units"
    causes = (Cause.OUTPUT_UNITS,)
    covers = ("contract: output units",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        start = evidence.of(FirstBatchExperiment)
        finite = start is not None and start.start_finite and not start.nonfinite
        classified = [
            (head, head.target)
            for head in heads(evidence.facts)
            if head.loss is not None
            and head.loss.name in EXCLUSIVE_LOSSES | BINARY_LOSSES
            and head.target is not None
            and head.encoding in ("class_ids", "binary", "one_hot", "multi_hot")
            and head.units is not None
        ]
        findings = [finding for head, target in classified if (finding := self._judge(head, target, finite)) is not None]
        yield from findings
        # A softmax needs two units for two classes, a sigmoid one.
        lonely = any(head.output.activation == "softmax" and head.units == 1 for head, _ in classified)
        if classified and not findings and not lonely:
            yield RuledOut(Cause.OUTPUT_UNITS, "every class of the targets has its unit on the output")

    def _judge(self, head: Head, target: TargetFacts, finite: bool) -> Finding | None:
        units, loss = head.units or 1, head.loss.name if head.loss is not None else ""
        array, encoding = target.array, target.encoding
        if encoding in ("one_hot", "multi_hot"):
            if loss in IDS_LOSSES or array.features == units:
                return None
            says = f"{units} unit{'s' * (units != 1)}, but the targets have {array.features} columns"
            return self._finding(head, target, array.features, says, 0.9)
        if loss in IDS_LOSSES:
            counted_from_one = array.minimum >= 1 and array.maximum == units and units > 1
            if array.maximum < units or counted_from_one or finite:
                return None
            says = f"{units} unit{'s' * (units != 1)}, but the class ids go up to {array.maximum:g}"
            return self._finding(head, target, int(array.maximum) + 1, says, 0.85)
        if encoding == "class_ids" and units == 1 and (target.classes or 0) > 2:
            # The loss does not fit such targets either, and most who meet this change both, hence the lower number.
            return self._finding(head, target, target.classes or 0, f"1 unit for {target.classes} classes", 0.6)
        return None

    def _finding(self, head: Head, target: TargetFacts, needed: int, says: str, confidence: float) -> Finding:
        array = target.array
        encoding = target.encoding.replace("_", " ")
        several = target.encoding == "multi_hot"
        exclusive = "categorical_crossentropy" if target.encoding == "one_hot" else "sparse_categorical_crossentropy"
        loss = "binary_crossentropy" if several else exclusive
        patch = replaced_head(head, needed, "sigmoid" if several else "softmax", loss)
        return Finding(
            self.code,
            self.name,
            Cause.OUTPUT_UNITS,
            f"{head.name} has {says}",
            Severity.ERROR,
            confidence,
            where(head),
            (
                Statement(
                    f"the targets run from {array.minimum:g} to {array.maximum:g}, encoded as {encoding}",
                    "facts",
                    {"units": float(head.units or 1), "needed": float(needed)},
                ),
            ),
            (Remedy(f"Give the output {needed} units", patch=patch),),
        )
