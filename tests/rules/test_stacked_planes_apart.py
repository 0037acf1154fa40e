"""Stacked pictures that do not lie on each other."""

import pytest

from dnndoctor.evidence.seen.layout import OffsetSeen
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.stacked_planes_apart import StackedPlanesApart
from tests.layout_samples import judged, offset


def test_a_channel_that_is_another_one_moved_is_a_warning() -> None:
    """With the line that moves it back."""
    (finding,) = judged(StackedPlanesApart(), offsets=(offset(),))

    assert (finding.cause, finding.severity) == (Cause.RESHAPE, Severity.WARNING)
    assert "np.roll(x[..., 1], (-3, 0), axis=(1, 2))" in finding.remedies[0].patch


def test_rows_of_two_inputs_are_laid_on_each_other() -> None:
    """A negative of the picture counts as well."""
    rows = offset(name="x[0]", other="x[1]", channels=(-1, -1), offset=(-1, 0), aligned=0.02, moved=-0.99)

    (finding,) = judged(StackedPlanesApart(), offsets=(rows,))

    assert "np.roll(x[1], 1, axis=0)" in finding.remedies[0].patch


@pytest.mark.parametrize(
    "healthy",
    [offset(moved=0.6), offset(aligned=0.93, moved=0.97), offset(aligned=0.0, moved=0.05)],
    ids=["motion", "blurred colours", "noise"],
)
def test_planes_that_differ_are_silent(healthy: OffsetSeen) -> None:
    """Frames of a film, colours through a lens, unrelated planes."""
    assert judged(StackedPlanesApart(), offsets=(healthy,)) == ()
