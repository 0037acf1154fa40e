"""Pictures with their channels first, for a layer that wants them last."""

from collections.abc import Iterable

from dnndoctor.evidence.seen.layout import ArraySeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from dnndoctor.experiments.layout_evidence import sizes
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

_MOST_CHANNELS = 4
_ALIKE = 0.7


class ChannelsFirstInputs(Rule):
    """A convolution takes lines of pictures for their channels, because the channels come first.

    What was looked at:
        Pictures as the first convolution or pooling reads them: a first side of 1, 3 or 4, equal second and third sizes, and,
        over your rows, neighbours along the last axis, which the layer takes for channels, as alike as along the side next to it.

    Why it matters:
        Keras' `channels_last` means (height, width, channels). A picture given as (3, 32, 32) is read as 3 pixels high, 32
        wide, with 32 channels: the kernel moves along one real side and across the colours, and cannot see the other side.

    What to do:
        `np.moveaxis(x, 1, -1)` on the data, or `data_format="channels_first"` in the layers, where the device can do that.

    When it is not a fault:
        Sheets that really are as flat, with as many smooth channels as columns.

    References:
        Keras API, Conv2D (`data_format`).
    """

    code = "DD032"
    name = "channels-first-inputs"
    causes = (Cause.RESHAPE,)
    needs = (LayoutExperiment,)
    rung = LayoutExperiment.name
    covers = ("data: layout",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layout = evidence.of(LayoutExperiment)
        assert layout is not None  # in `needs`
        for array in layout.seen.arrays:
            if array.reader and _channels_first(array):
                yield self._finding(evidence, array, layout)

    def _finding(self, evidence: Evidence, array: ArraySeen, layout: Layout) -> Finding:
        layer = evidence.facts.layer(array.reader)
        side, last = array.given.over((1,)), array.given.over((2,))
        text = (
            f"neighbours along the last axis, the {array.shape[2]} channels of {array.reader_kind}, differ by {last:.2f} of the "
            f"variance, along the second by {side:.2f} ({array.rows} rows; 1 is unrelated)"
        )
        return Finding(
            self.code,
            self.name,
            Cause.RESHAPE,
            f"{array.reader} takes the columns of {sizes(array.shape)} for {array.shape[2]} channels: the channels come first",
            Severity.ERROR if array.shape[0] > 1 else Severity.WARNING,
            0.85,  # sizes and smoothness both; what is left are sheets of that very form
            (Where(layer.path, layer.place),) if layer is not None else (),
            (Statement(text, LayoutExperiment.name, {"side": side, "last": last}, layout.trials),),
            (Remedy("Put the channels last", patch=f"{array.name} = np.moveaxis({array.name}, 1, -1)"),),
        )


def _channels_first(array: ArraySeen) -> bool:
    if len(array.shape) != 3 or array.spatial != (0, 1) or "2D" not in array.reader_kind:
        return False
    first, second, third = array.shape
    if first > _MOST_CHANNELS or first == 2 or second != third or second <= _MOST_CHANNELS:
        return False
    side, last = array.given.over((1,)), array.given.over((2,))
    return last <= _ALIKE and last <= 1.5 * side
