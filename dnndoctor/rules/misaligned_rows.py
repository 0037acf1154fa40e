"""Inputs that belong to other rows' targets."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTHING = 3.0
"""Standard deviations: what rows in random order stay below 999 times in 1,000; of seven orders and two predictors, 49 in 50."""

STANDS_OUT = 10.0


class MisalignedRows(Rule):
    """Inputs and targets are shifted against each other: row i of the one belongs to another row of the other.

    What was looked at:
        Up to 2,000 rows, as short vectors: how well the nearest neighbours and a linear fit, leaving the row itself out,
        tell the targets as given, shifted by one to three rows, and from end to start; in standard deviations of the same
        over 40 random orders. And whether all columns of the inputs were sorted one by one.

    Why it matters:
        With wrong pairs there is nothing to learn, and training still goes on: the loss settles at the best constant
        answer, or the model memorises noise. The usual origins are a header line counted on one side, a row dropped from
        one array, `np.sort` or `shuffle` on one of the two.

    What to do:
        Keep inputs and targets in one table until the last step, and sort, drop and shuffle rows by one index for both.

    When it is not a fault:
        Windows on a series, where the next row's window holds this row's target: rows that continue the row before them
        are recognised and not judged. It is reported only where the rows as given show nothing at all and another order
        stands out by ten standard deviations.

    References:
        P. Good, "Permutation, parametric and bootstrap tests of hypotheses" (2005), on orders at random as a yardstick.
        Measured on four tables: rows shifted by one give 12 to 90 standard deviations at the right shift, and below 2 as
        given.
    """

    code = "DD016"
    name = "misaligned-rows"
    causes = (Cause.LABELS,)
    covers = ("data: misalignment",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for found in evidence.facts.data.scan.alignments:
            if found.own >= NOTHING or found.in_sequence:
                continue
            if found.best >= STANDS_OUT:
                where = (
                    "from end to start"
                    if found.shift is None
                    else f"of row i {'+' if found.shift > 0 else '-'} {abs(found.shift)}"
                )
                title = f"Inputs and targets are misaligned: row i of the inputs belongs to the target {where}"
                confidence = 0.95  # ten standard deviations, in an order in which nobody stores data by chance
            elif found.sorted_inputs:
                title = "Each column of the inputs was sorted for itself, and its rows no longer belong to the targets"
                confidence = 0.8
            else:
                continue
            yield Finding(
                self.code,
                self.name,
                Cause.LABELS,
                title,
                Severity.ERROR,
                confidence,
                data_where(evidence.facts),
                (
                    Statement(
                        f"nearest neighbours and a linear fit on {found.rows:,} rows tell the targets of {found.output} as given "
                        f"{found.own:+.1f} standard deviations from random order, and in the best other order {found.best:+.1f}",
                        "facts",
                        {"own": found.own, "best": found.best, "shift": float(found.shift or 0)},
                    ),
                ),
                (Remedy("Bring inputs and targets back into one order", patch=_patch(found.shift, found.best >= STANDS_OUT)),),
            )


def _patch(shift: int | None, known: bool) -> str:
    if not known:
        return "order = np.argsort(key)  # one order for both\nx, y = x[order], y[order]"
    if shift is None:
        return "y = y[::-1]"
    return f"x, y = x[:-{shift}], y[{shift}:]" if shift > 0 else f"x, y = x[{-shift}:], y[:{shift}]"
