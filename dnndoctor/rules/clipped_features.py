"""Columns that pile up at a bound."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where


class ClippedFeatures(Rule):
    """A column holds many values that are exactly its largest or its smallest one.

    What was looked at:
        Every continuous column of tables and sequences: the share of values that are exactly the largest, or the smallest
        other than zero, while the values in between hardly repeat.

    Why it matters:
        A sensor at the end of its range, or a `clip` on the way, makes different things equal. What lies beyond the bound
        cannot be told apart any more, by no model.

    What to do:
        Look where the bound comes from. Scale instead of clipping; where the instrument itself saturates, add a column
        that says so.

    When it is not a fault:
        Bounds that belong to the quantity (white in a picture, a full score, ages grouped from 90 on). It is a note, as
        nothing in the numbers tells these from damage.

    References:
        S. Barocas, M. Hardt, A. Narayanan, "Fairness and machine learning" (2023), on top-coded columns of public tables.
    """

    code = "DD012"
    name = "clipped-features"
    causes = (Cause.INPUT_SCALE,)
    covers = ("data: clipped features",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for scan in evidence.facts.data.scan.columns:
            if not scan.piles:
                continue
            shown = "; ".join(
                f"{pile.share:.0%} of {scan.written(pile.column)} are exactly {pile.value:g}, its "
                f"{'largest' if pile.top else 'smallest'} value"
                for pile in scan.piles[:3]
            )
            yield Finding(
                self.code,
                self.name,
                Cause.INPUT_SCALE,
                f"{len({pile.column for pile in scan.piles})} of {scan.columns} columns of {scan.array} pile up at a bound",
                Severity.NOTE,
                0.05,  # public tables have such columns, and models learn from them
                data_where(evidence.facts),
                (Statement(shown, "facts", {"share": scan.piles[0].share, "value": scan.piles[0].value}),),
                (Remedy("Scale instead of clipping", patch="x = (x - mean) / std  # of the training rows; no np.clip"),),
            )
