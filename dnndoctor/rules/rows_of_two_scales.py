"""Rows that were scaled beside rows that were not."""

from collections.abc import Iterable

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where


class RowsOfTwoScales(Rule):
    """Some rows are on another scale than the others, as if only a part had been divided.

    What was looked at:
        The largest magnitude of each row of pictures, signals and sequences: whether the rows fall into two groups with a
        gap of a decade between them and medians more than 30 apart.

    Why it matters:
        Pictures from 0 to 1 beside pictures from 0 to 255 are two kinds of input to the first layer. The bright ones
        decide the gradient, the dark ones all look black.

    What to do:
        Scale all rows in one place, behind the point where the sources come together.

    When it is not a fault:
        Recordings of which some are nearly silent. A note where your own recipe is seen to learn well.

    References:
        Y. LeCun et al., "Efficient BackProp" (1998), section 4.3.
    """

    code = "DD015"
    name = "rows-of-two-scales"
    causes = (Cause.INPUT_SCALE,)
    covers = ("data: scale ratios", "data: integer images")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        well = learns_well(evidence)
        for array, scales in evidence.facts.data.scan.two_scales:
            yield Finding(
                self.code,
                self.name,
                Cause.INPUT_SCALE,
                f"{scales.share:.0%} of the rows of {array} are on another scale than the others: {scales.small:.3g} beside "
                f"{scales.large:.3g}",
                Severity.NOTE if well else Severity.WARNING,
                0.15 if well else 0.65,
                data_where(evidence.facts),
                (
                    Statement(
                        f"the largest values of the rows of {array} form two groups, around {scales.small:.3g} (first in row "
                        f"{scales.small_row}) and around {scales.large:.3g} (first in row {scales.large_row}), with nothing "
                        "in between",
                        "facts",
                        {"small": scales.small, "large": scales.large, "share": scales.share},
                    ),
                ),
                (Remedy("Scale all rows alike", (Edit("standardize_inputs"),), "x = x / 255  # once, for all sources"),),
            )
