"""Labels that the rows around them contradict."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

SOME, MANY = 0.05, 0.08
"""Disagreement where neighbours are most unanimous; clean tables and pictures have 0.00 to 0.02."""

EVEN = 0.65
"""That disagreement over the one of all rows: 0.6 to 1 with labels changed at random, up to 0.5 where classes overlap so that
neighbours still tell them apart."""

LEARNABLE = 0.4
COMMON = 0.03


class ContradictedLabels(Rule):
    """A good part of the labels is probably wrong.

    What was looked at:
        Up to 2,000 rows, as short vectors: how often the label is not the most frequent one among the ten nearest
        neighbours, over all rows and over the quarter with the most unanimous neighbours. Wrong labels disagree there as
        often as anywhere; classes that overlap hardly do.

    Why it matters:
        Every wrong label pulls the other way. A model with room learns them by heart and does worse on new rows; the
        accuracy that can be reached is bounded by their share.

    What to do:
        Look at the rows that are named. A loss that forgives (label smoothing, L1, `bootstrapping`), early stopping, or a
        second look at the labels by people.

    When it is not a fault:
        Classes that are a draw by nature (a click, a purchase) disagree less where neighbours are unanimous, and are left
        alone; so are rare classes that cannot be told apart from the common one. A warning from one label in twelve on;
        below, a note.

    References:
        C. Northcutt, L. Jiang, I. Chuang, "Confident learning" (2021). B. Frénay, M. Verleysen, "Classification in the
        presence of label noise" (2014). Measured: with 10, 20 and 30 % of the labels changed at random, the disagreement
        among the most unanimous quarter is 0.11, 0.23 and 0.31 on pictures of digits; 0.000 without.
    """

    code = "DD018"
    name = "contradicted-labels"
    causes = (Cause.LABEL_NOISE,)
    covers = ()

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for odd in evidence.facts.data.scan.odd_labels:
            learnable = odd.constant > 0 and 1 - odd.error / odd.constant >= LEARNABLE
            spread = odd.pure >= EVEN * odd.error and odd.in_common_classes >= COMMON
            if not learnable or not spread or odd.pure < SOME:
                continue
            shown = ", ".join(
                f"row {row} has {label}, its neighbours {other}"
                for row, label, other in zip(odd.rows, odd.labels, odd.of_neighbours, strict=True)
            )
            many = odd.pure >= MANY
            yield Finding(
                self.code,
                self.name,
                Cause.LABEL_NOISE,
                f"About {odd.pure:.0%} of the labels of {odd.output} are contradicted by rows that look alike",
                Severity.WARNING if many else Severity.NOTE,
                0.45 if many else 0.15,  # the labels are wrong with some certainty; seldom are they why a training fails
                data_where(evidence.facts),
                (
                    Statement(
                        f"{odd.pure:.1%} of the labels disagree with the ten nearest rows where these are most unanimous, "
                        f"{odd.error:.1%} over all; {shown}",
                        "facts",
                        {"pure": odd.pure, "error": odd.error, "share": odd.share},
                    ),
                ),
                (Remedy("Mend the labels that their neighbours contradict", patch=f"print(y[{list(odd.rows)}])"),),
            )
