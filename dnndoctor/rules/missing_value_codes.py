"""Numbers that stand for missing values."""

from collections.abc import Iterable

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where


class MissingValueCodes(Rule):
    """A number such as -999 stands among the values of a column and marks missing ones.

    What was looked at:
        The smallest and largest value of every column of the numeric inputs: whether it is a number of nines, occurs more
        than once, and lies farther from the others than these from each other.

    Why it matters:
        The model takes the mark for a quantity. One value in a hundred at -999 moves the mean by ten and blows the spread
        up to a hundred, so standardising squeezes all real values together.

    What to do:
        Replace the mark by NaN before statistics are taken, fill it with the column's median, and add a column that says
        where it was; or drop the rows.

    When it is not a fault:
        Quantities that do run to such a number; they then leave no gap. Ids and padding are not looked at. A note where
        your own recipe is seen to learn well.

    References:
        R. Little, D. Rubin, "Statistical analysis with missing data" (2019), chapter 1.
    """

    code = "DD014"
    name = "missing-value-codes"
    causes = (Cause.BAD_VALUES,)
    covers = ("data: bad values",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        well = learns_well(evidence)
        for scan in evidence.facts.data.scan.columns:
            if not scan.markers:
                continue
            first = scan.markers[0]
            values = {mark.value for mark in scan.markers}
            evidences = tuple(
                Statement(
                    f"{scan.written(mark.column)} is {mark.value:g} in {mark.share:.1%} of the rows, first in row "
                    f"{mark.first_row}; its "
                    f"other values run from {mark.low:g} to {mark.high:g}",
                    "facts",
                    {"value": mark.value, "share": mark.share, "row": float(mark.first_row)},
                )
                for mark in scan.markers
            )
            yield Finding(
                self.code,
                self.name,
                Cause.BAD_VALUES,
                f"{first.value:g} stands for missing values in {scan.written(first.column)}",
                Severity.NOTE if well else Severity.WARNING,
                0.15 if well else 0.55,  # the mark is plain; that it is what keeps the model from learning is one chance in two
                data_where(evidence.facts),
                evidences,
                (
                    Remedy(
                        "Fill in missing values before the data are scaled",
                        (Edit("fill_missing", {"value": first.value}),) if len(values) == 1 else (),
                        patch=f"column = x[..., {first.column}]\n"
                        f"column[column == {first.value:g}] = np.median(column[column != {first.value:g}])",
                    ),
                ),
            )
