"""Inputs that say nothing of the targets, to simple predictors."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import SicknessKind, has
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTHING, STANDS_OUT = 3.0, 10.0
"""Standard deviations: beyond chance, and far beyond it."""

ENOUGH = 300
"""Rows from which a weak signal would show: a correlation of 0.2 is then 3.5 standard deviations."""


class InputsTellNothing(Rule):
    """Simple predictors get nothing out of the inputs.

    What was looked at:
        Up to 2,000 rows, as short vectors: how well the nearest neighbours and a linear fit, leaving the row itself out,
        tell the targets, in standard deviations of the same over 40 random orders.

    Why it matters:
        Where rows that look alike have no more in common than any two, the targets may belong to other rows (shuffled on
        one side, joined by a wrong key), or to another data set.

    What to do:
        Look at ten inputs beside their targets. Check that shuffling, sorting, joining and filtering touch both alike.

    When it is not a fault:
        Tasks that need a real model: parity, small objects in large pictures, weak signals in noise. It is a note, and a
        warning only where your own run is established to learn nothing.

    References:
        T. Cover, P. Hart, "Nearest neighbor pattern classification" (1967): the nearest neighbour errs at most twice as
        often as anything can.
    """

    code = "DD017"
    name = "inputs-tell-nothing"
    causes = (Cause.LABELS,)
    covers = ("data: misalignment",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        lost = has(evidence, SicknessKind.NO_BETTER_THAN_CONSTANT)
        for found in evidence.facts.data.scan.alignments:
            misaligned = found.sorted_inputs or (found.best >= STANDS_OUT and not found.in_sequence)
            if found.own >= NOTHING or found.rows < ENOUGH or misaligned:
                continue
            yield Finding(
                self.code,
                self.name,
                Cause.LABELS,
                f"Neighbours and a linear fit cannot tell the targets of {found.output} from random ones",
                Severity.WARNING if lost else Severity.NOTE,
                0.4
                if lost
                else 0.15,  # hard tasks look the same; where the model learns nothing either, it is one chance in two or three
                data_where(evidence.facts),
                (
                    Statement(
                        f"on {found.rows:,} rows their answers are {found.own:+.1f} standard deviations better than for "
                        "targets in random order",
                        "facts",
                        {"own": found.own},
                    ),
                ),
                (Remedy("Check that each input still has its own target", patch="for i in range(10): print(x[i], y[i])"),),
            )
