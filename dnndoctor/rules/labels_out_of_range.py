"""Class ids that the loss cannot look up."""

from collections.abc import Iterable

from dnndoctor.edits.heads import where
from dnndoctor.evidence.contract import IDS_LOSSES, Head, heads
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class LabelsOutOfRange(Rule):
    """Class ids that are shifted, negative, or not whole numbers.

    What was looked at:
        The least and the largest target of every output that is trained with a sparse cross-entropy, whether all of them
        are whole numbers, and how many units the output has.

    Why it matters:
        A sparse cross-entropy uses the target as an index into the output's units, counted from 0. With ids 1 to C the
        class C has no unit and the unit 0 has no class; TensorFlow then stops with an error on a CPU and gives NaN on a
        GPU. A target such as 1.7 is cut to 1 without a word.

    What to do:
        Count the classes from 0: `y = y - 1`, or in general `classes, y = np.unique(y, return_inverse=True)`.

    When it is not a fault:
        A loss with `ignore_class=...` takes an id outside the range for the elements it leaves out. The loss is finite
        then, and nothing is reported.

    References:
        Keras API, SparseCategoricalCrossentropy (`ignore_class`); TensorFlow API,
        tf.nn.sparse_softmax_cross_entropy_with_logits, on labels out of range.
    """

    code = "DD002"
    name = "labels-out-of-range"
    causes = (Cause.LABELS,)
    covers = ("contract: label range", "contract: label dtype")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        start = evidence.of(FirstBatchExperiment)
        finite = start is not None and start.start_finite and not start.nonfinite
        for head in heads(evidence.facts):
            if head.loss is None or head.loss.name not in IDS_LOSSES or head.target is None:
                continue
            problem = _problem(head)
            # Fractions are cut silently; an id outside the range whose loss is finite is one that the loss was told to ignore.
            if problem and not (finite and head.target.array.integer_valued):
                yield self._finding(head, problem)

    def _finding(self, head: Head, problem: str) -> Finding:
        assert head.target is not None  # only heads with targets are judged
        array = head.target.array
        return Finding(
            self.code,
            self.name,
            Cause.LABELS,
            f"{head.name} takes class ids from 0 to {(head.units or 1) - 1}, but {problem}",
            Severity.ERROR,
            0.9,  # the lookup fails by definition; what is left is an `ignore_class` that could not be seen
            where(head),
            (
                Statement(
                    f"the targets run from {array.minimum:g} to {array.maximum:g}, the output has {head.units} units",
                    "facts",
                    {"minimum": array.minimum, "maximum": array.maximum, "units": float(head.units or 0)},
                ),
            ),
            (_remedy(head),),
        )


def _remedy(head: Head) -> Remedy:
    assert head.target is not None  # only heads with targets are judged
    array, units = head.target.array, head.units
    # Ids without gaps are only moved; others, and fractions, have to be written anew.
    fits = units is not None and array.integer_valued and array.maximum - array.minimum < units
    edits = (Edit("shift_labels", {"by": -int(array.minimum)}),) if fits and head.encoding == "class_ids" else ()
    return Remedy("Count the classes from 0", edits, "classes, y = np.unique(y, return_inverse=True)")


def _problem(head: Head) -> str:
    assert head.target is not None  # only heads with targets are judged
    array, units = head.target.array, head.units
    if not array.integer_valued and head.encoding != "continuous":
        return "the targets are not all whole numbers"
    if array.minimum < 0 and head.encoding != "continuous":
        return f"the least target is {array.minimum:g}"
    if units is not None and units > 1 and array.minimum >= 1 and array.maximum == units:
        return f"the targets are counted from {array.minimum:g} to {array.maximum:g}"
    return ""
