"""Rows that occur more than once."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTABLE = 0.01
"""Share of repeated rows from which it is worth a line."""


class DuplicateRows(Rule):
    """Many rows have inputs that other rows have, too.

    What was looked at:
        The inputs of all training rows, compared byte by byte through a hash: how many are different. Lists of a few
        cases, where equal rows are no wonder, are left out.

    Why it matters:
        A row that stands ten times counts ten times. If the copies are made before the data are split, the same rows are
        trained and validated on, and the validation score is too good.

    What to do:
        `np.unique(x, axis=0)`, or split first and repeat rows afterwards.

    When it is not a fault:
        Rare rows that are repeated on purpose, and repeated measurements. It is a note.

    References:
        K. Lee et al., "Deduplicating training data makes language models better" (2022).
    """

    code = "DD019"
    name = "duplicate-rows"
    causes = (Cause.LEAKAGE,)
    covers = ("data: duplicates",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        twice = evidence.facts.data.scan.duplicates
        if twice is None or not twice.continuous or twice.pair is None or twice.distinct == 1:
            return
        share = 1 - twice.distinct / twice.rows
        if share < NOTABLE:
            return
        yield Finding(
            self.code,
            self.name,
            Cause.LEAKAGE,
            f"{share:.0%} of the {twice.rows:,} sampled rows repeat other rows",
            Severity.NOTE,
            0.1,  # by itself no fault; the overlap with the validation rows is judged where it is seen
            data_where(evidence.facts),
            (
                Statement(
                    f"{twice.rows:,} rows have {twice.distinct:,} different inputs; row {twice.pair[1]} repeats row "
                    f"{twice.pair[0]}",
                    "facts",
                    {"rows": float(twice.rows), "distinct": float(twice.distinct)},
                ),
            ),
            (
                Remedy(
                    "Take repeated rows out before the split",
                    patch="_, keep = np.unique(x, axis=0, return_index=True)\nx, y = x[keep], y[keep]",
                ),
            ),
        )
