"""Inputs that never differ."""

from collections.abc import Iterable

from dnndoctor.evidence.contract import heads
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

TABLE = 50
"""Columns up to which a person chose each of them; wider rows are pictures, codes and counts, where empty ones are usual."""


class ConstantInputs(Rule):
    """Inputs, or columns of them, are the same in all rows.

    What was looked at:
        How many different rows the inputs of the sample have, and which columns of tables and sequences hold a single
        value.

    Why it matters:
        From rows that are all alike nothing can be told: the model learns the mean of the targets. The usual origin is
        whole-number arithmetic: pictures of type uint8 divided by `//`, a cast to int behind a division, or a wrong
        column.

    What to do:
        Print `np.unique(x)` at each step between the file and `fit`, and look for the one that makes all values equal.

    When it is not a fault:
        A model that learns a constant by design has no use for inputs; losses of your own are not judged. Single columns
        that never change are common (the rim of pictures, categories that do not occur): a note.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 11.5.
    """

    code = "DD011"
    name = "constant-inputs"
    causes = (Cause.BAD_VALUES,)
    covers = ("data: constant features",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        twice = facts.data.scan.duplicates
        targets = [head.target for head in heads(facts) if head.loss is not None]
        answers = [target for target in targets if target is not None and target.array.distinct > 1]
        if twice is not None and twice.distinct == 1 and twice.rows > 1 and answers:
            yield Finding(
                self.code,
                self.name,
                Cause.BAD_VALUES,
                f"All {twice.rows:,} sampled rows have the same inputs, and different targets",
                Severity.ERROR,
                0.95,  # nothing can be learned of them; the rest is for inputs that are dummies on purpose
                data_where(facts),
                (
                    Statement(
                        ", ".join(f"{array.name} runs from {array.minimum:g} to {array.maximum:g}" for array in facts.data.inputs)
                        + f"; row 0 is the same as row {twice.rows - 1}",
                        "facts",
                        {"rows": float(twice.rows), "distinct": 1.0},
                    ),
                ),
                (Remedy("Find the step that makes the inputs equal", patch="print(x.dtype, np.unique(x)[:10])"),),
            )
            return
        for scan in facts.data.scan.columns:
            if scan.constant_count > 0 and scan.columns <= TABLE:
                shown = ", ".join(scan.written(column) for column in scan.constant)
                more = ", ..." if scan.constant_count > len(scan.constant) else ""
                yield Finding(
                    self.code,
                    self.name,
                    Cause.BAD_VALUES,
                    f"{scan.constant_count} of {scan.columns} columns of {scan.array} never change",
                    Severity.NOTE,
                    0.05,  # a column without information does no harm
                    data_where(facts),
                    (Statement(f"constant: {shown}{more}", "facts", {"constant": float(scan.constant_count)}),),
                    (Remedy("Leave out columns that never change", patch="x = x[:, x_train.std(axis=0) > 0]"),),
                )
