"""Stacked pictures that do not lie on each other."""

from collections.abc import Iterable

from dnndoctor.evidence.seen.layout import OffsetSeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

COPY = 0.95
"""Correlation from which one plane is as good as the other moved. Chosen: nine tenths of the variance are then the same."""

WORSE = 0.8
"""Correlation, as a share of that, below which the planes do not lie on each other as they are."""


class StackedPlanesApart(Rule):
    """Channels, or pictures of two inputs, are the same but for an offset that all rows share.

    What was looked at:
        For each two channels of pictures, and each two inputs with pictures of one size, the offset of up to 8 pixels at which
        they correlate best over the rows, the mean picture taken out; and whether rows of one fit other rows of the other.

    Why it matters:
        Layers look at one place in all channels at once. Where stacked pictures are moved against each other, or belong to
        other rows, each place holds values that have nothing to do with each other.

    What to do:
        Plot the channels of one row side by side; cut them to the same window, and stack them in the same order of rows.

    When it is not a fault:
        Offsets that are meant, as between the two eyes of a stereo pair or the frames of a moving camera; these differ between
        rows, and here all rows share one.

    References:
        C. Kuglin, D. Hines, "The phase correlation image alignment method" (1975).
    """

    code = "DD031"
    name = "stacked-planes-apart"
    causes = (Cause.RESHAPE,)
    needs = (LayoutExperiment,)
    rung = LayoutExperiment.name
    covers = ("D7",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layout = evidence.of(LayoutExperiment)
        assert layout is not None  # in `needs`
        for offset in layout.seen.offsets:
            if abs(offset.moved) >= COPY and abs(offset.aligned) <= WORSE * abs(offset.moved):
                yield self._finding(evidence, offset, layout)

    def _finding(self, evidence: Evidence, offset: OffsetSeen, layout: Layout) -> Finding:
        whole_rows = offset.channels == (-1, -1)
        if whole_rows:
            title = f"Row i of {offset.name} belongs to row i{offset.offset[0]:+d} of {offset.other}"
            patch = (
                f"{offset.other} = np.roll({offset.other}, {-offset.offset[0]}, axis=0)  # then drop the rows that went around"
            )
        else:
            planes = (f"{offset.name}[..., {offset.channels[0]}]", f"{offset.other}[..., {offset.channels[1]}]")
            down, right = offset.offset
            title = f"{planes[1]} is {planes[0]} moved by {down} pixels down and {right} to the right"
            patch = f"{planes[1]} = np.roll({planes[1]}, ({-down}, {-right}), axis=(1, 2))  # then cut the edges off"
        text = f"they correlate by {offset.moved:.3f} with that offset, and by {offset.aligned:.3f} as they lie"
        values = {"aligned": offset.aligned, "moved": offset.moved}
        return Finding(
            self.code,
            self.name,
            Cause.RESHAPE,
            title,
            Severity.WARNING,
            0.6,  # lags and shifts as features of their own are the rival explanation
            (Where(None, evidence.facts.data.place),) if evidence.facts.data.place is not None else (),
            (Statement(text, LayoutExperiment.name, values, layout.trials),),
            (Remedy("Lay them on each other before they are stacked", patch=patch),),
        )
