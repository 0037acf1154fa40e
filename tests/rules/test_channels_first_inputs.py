"""Pictures with their channels first, for a layer that wants them last."""

import pytest

from dnndoctor.evidence.seen.layout import ArraySeen, LayoutRoughness
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.channels_first_inputs import ChannelsFirstInputs
from tests.layout_samples import judged, pictures, rough

FIRST = pictures(shape=(3, 32, 32), given=rough(0.57, 0.12, 0.12))


def test_columns_taken_for_channels_are_an_error() -> None:
    """With the line that moves the axis."""
    (finding,) = judged(ChannelsFirstInputs(), arrays=(FIRST,))

    assert (finding.cause, finding.severity) == (Cause.RESHAPE, Severity.ERROR)
    assert finding.remedies[0].patch == "x = np.moveaxis(x, 1, -1)"


def test_one_channel_first_is_a_warning() -> None:
    """The kernel still sees lines, one below the other, as channels."""
    grey = pictures(shape=(1, 28, 28), given=LayoutRoughness((1, 2), (0.2, 0.2)))

    (finding,) = judged(ChannelsFirstInputs(), arrays=(grey,))

    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "healthy",
    [
        pictures(),
        pictures(shape=(3, 32, 32), spatial=(1, 2), given=FIRST.given),
        pictures(shape=(1, 250, 22), given=LayoutRoughness((1, 2), (0.1, 0.3))),
        pictures(shape=(4, 64, 64), given=rough(0.4, 0.2, 1.0)),
        pictures(shape=(3, 32, 32), given=FIRST.given, reader_kind="Dense"),
    ],
    ids=["last", "channels_first layer", "electrodes", "unrelated features", "dense"],
)
def test_sound_inputs_are_silent(healthy: ArraySeen) -> None:
    """Layers told of the channels, signals of electrodes as flat pictures, small maps of features."""
    assert judged(ChannelsFirstInputs(), arrays=(healthy,)) == ()
