"""Targets that never differ."""

from collections.abc import Iterable

from dnndoctor.evidence.contract import CLASS_ENCODINGS, Head, heads
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class ConstantTargets(Rule):
    """All sampled rows have the same target.

    What was looked at:
        The targets of every output with one of Keras' own losses: how many different values, or classes, the sample
        holds.

    Why it matters:
        Where all rows have the same target, one bias is the whole answer. The loss falls to its floor and nothing was
        learned of the inputs; on other data the model gives that one answer again. The usual origins are a wrong column,
        sorted data that are read only in part, or a filter that keeps one class.

    What to do:
        Look at the column the targets are read from, and at `np.unique(y, return_counts=True)`. Shuffle sorted data
        before they are split or cut.

    When it is not a fault:
        Targets that are dummies because the loss does not use them (losses of your own are not judged here), and a
        residual that is driven to zero, as in physics-informed networks: constant zeros under a regression loss are a
        note.

    References:
        M. Raissi, P. Perdikaris, G. Karniadakis, "Physics-informed neural networks" (2019), for zero targets that are
        meant.
    """

    code = "DD003"
    name = "constant-targets"
    causes = (Cause.LABELS,)
    covers = ("data: constant targets",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in heads(evidence.facts):
            target = head.target
            if head.loss is None or target is None or target.array.rows < 2:
                continue
            # The classes of multi-hot rows are their columns, and one column of zeros and ones, as of a mask, holds two answers.
            one_class = target.encoding in CLASS_ENCODINGS - {"multi_hot"} and target.classes == 1
            if one_class or target.array.distinct == 1:
                yield self._finding(head, evidence.facts.data.rows_sampled)

    def _finding(self, head: Head, rows: int) -> Finding:
        assert head.target is not None  # only heads with targets are judged
        array = head.target.array
        zeros = array.minimum == array.maximum == 0 and head.output.activation not in ("softmax", "sigmoid")
        several = len(head.target.array.shape) > 0 and array.distinct > 1
        what = "the same class" if several else f"the target {array.minimum:g}"
        return Finding(
            self.code,
            self.name,
            Cause.LABELS,
            f"{head.name} has nothing to tell apart: all {rows:,} sampled rows have {what}",
            Severity.NOTE if zeros else Severity.ERROR,
            0.1
            if zeros
            else 0.85,  # nothing can be learned of a constant; the rest is for a sample that happens to be cut from sorted data
            evidence=(
                Statement(
                    f"{array.distinct} different target value{'s' * (array.distinct != 1)} in {rows:,} rows",
                    "facts",
                    {"rows": float(rows)},
                ),
            ),
            remedies=(Remedy("Look at where the targets come from", patch="print(np.unique(y, axis=0, return_counts=True))"),),
        )
