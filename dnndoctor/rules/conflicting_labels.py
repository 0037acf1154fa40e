"""Equal inputs with different targets."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTABLE, MANY = 0.01, 0.05
"""Share of accuracy, or of the variance, that conflicts take away."""

LITTLE = 0.1
"""Share of what a constant predictor leaves open that can still be learned."""


class ConflictingLabels(Rule):
    """Rows with the same inputs have different targets, which bounds what any model can reach.

    What was looked at:
        All training rows whose inputs are equal byte for byte: whether their targets are equal, too; for classes, the
        accuracy that remains possible when each group gets its most frequent label; for numbers, the share of the
        variance that lies inside the groups.

    Why it matters:
        Two equal questions with two different answers cannot both be answered. The training loss has a floor above zero,
        and a model that is measured against zero looks worse than it is.

    What to do:
        Find what tells such rows apart and give it to the model, or mend the labels. `pandas`: group by the input columns
        and count the labels.

    When it is not a fault:
        Inputs that take a few values only (categories, grades) must collide: a note with the bound. A warning where the
        columns are continuous, so that equal rows are copies, or where next to nothing is left to learn.

    References:
        K. Fukunaga, "Introduction to statistical pattern recognition" (1990), section 3.1, on the Bayes error.
    """

    code = "DD022"
    name = "conflicting-labels"
    causes = (Cause.LABELS,)
    covers = ("data: conflicting labels",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        twice = evidence.facts.data.scan.duplicates
        if twice is None or twice.conflict is None or twice.distinct == 1:
            return
        if twice.ceiling is not None and twice.constant is not None:
            left = (twice.ceiling - twice.constant) / max(1e-9, 1 - twice.constant)
            lost = 1 - twice.ceiling
            bound = (
                f"no function of the inputs is right on more than {twice.ceiling:.1%} of these rows; a constant is on "
                f"{twice.constant:.1%}"
            )
        elif twice.unexplained is not None:
            left, lost = 1 - twice.unexplained, twice.unexplained
            bound = f"{twice.unexplained:.1%} of the targets' variance lies between rows with equal inputs"
        else:
            return
        if lost < NOTABLE:
            return
        grave = lost >= MANY and (twice.continuous or left <= LITTLE)
        one, other = twice.conflict
        yield Finding(
            self.code,
            self.name,
            Cause.LABELS,
            f"Equal inputs have different targets: {bound}",
            Severity.WARNING if grave else Severity.NOTE,
            0.55 if grave else 0.1,  # the bound is arithmetic; whether the labels are to blame is not
            data_where(evidence.facts),
            (
                Statement(
                    f"rows {one} and {other} have equal inputs and different targets of {twice.output}, as "
                    f"{twice.conflicting:.1%} of all "
                    f"rows have; {twice.rows:,} rows have {twice.distinct:,} different inputs",
                    "facts",
                    {"conflicting": twice.conflicting, "lost": lost, "distinct": float(twice.distinct)},
                ),
            ),
            (Remedy("Look at the rows that contradict each other", patch=f"print(x[[{one}, {other}]], y[[{one}, {other}]])"),),
        )
