"""Columns over many orders of magnitude."""

from collections.abc import Iterable

from dnndoctor.evidence.layers import takes_raw_numbers
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTABLE, MANY = 3.5, 5.0
"""Orders of magnitude. Incomes, populations and word counts have two or three."""


class OrdersOfMagnitude(Rule):
    """A column spans so many orders of magnitude that a linear scale shows a few rows and hides the rest.

    What was looked at:
        Every continuous column of tables and sequences: the orders of magnitude between the twentieth part with the
        smallest magnitudes and the twentieth part with the largest, zeros apart. A normal column has 1.5 of them. Whether
        the column reaches the first weights as it is.

    Why it matters:
        Standardising moves the mean and the spread, which the few largest values decide. All others land within a hair of
        each other, and a layer would need weights of thousands to pull them apart.

    What to do:
        Take the logarithm first (`np.log1p` for values from zero on), then standardise. A tanh(x / c) does where only a
        few decades matter.

    When it is not a fault:
        Models that take the logarithm inside. A note unless five orders reach the first weights unscaled, or where your
        own recipe is seen to learn well.

    References:
        G. Box, D. Cox, "An analysis of transformations" (1964). Measured: a column even over eight decades has 38 % of
        its values saturated by tanh(x / median), or 70 % below 0.01 by tanh(x / 95th percentile).
    """

    code = "DD013"
    name = "orders-of-magnitude"
    causes = (Cause.INPUT_SCALE,)
    covers = ("H7", "data: scale ratios")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        for scan in facts.data.scan.columns:
            if scan.orders is None or scan.orders < NOTABLE:
                continue
            plain = takes_raw_numbers(facts) is True and scan.orders >= MANY and not learns_well(evidence)
            name = scan.written(scan.orders_column)
            yield Finding(
                self.code,
                self.name,
                Cause.INPUT_SCALE,
                f"{name} spans {scan.orders:.1f} orders of magnitude",
                Severity.WARNING if plain else Severity.NOTE,
                0.45
                if plain
                else 0.15,  # as unscaled inputs: what a look at the range alone can claim, and some more at five orders
                data_where(facts),
                (
                    Statement(
                        f"between the 5 % smallest and the 5 % largest magnitudes of {name} lie {scan.orders:.1f} orders; "
                        f"{scan.orders_columns} of {scan.columns} columns span at least half as many",
                        "facts",
                        {"orders": scan.orders, "columns": float(scan.orders_columns)},
                    ),
                ),
                (
                    Remedy(
                        "Take the logarithm, then standardise",
                        (Edit("log_inputs"), Edit("standardize_inputs")),
                        "x = np.sign(x) * np.log1p(np.abs(x) / scale)  # scale: the magnitude below which values count as zero",
                    ),
                ),
            )
