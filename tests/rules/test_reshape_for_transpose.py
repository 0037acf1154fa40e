"""A reshape inside the model where a transpose was meant."""

import numpy as np
import pytest

from dnndoctor.edits.permute_for_reshape import permute_for_reshape
from dnndoctor.evidence.seen.layout import ReshapeSeen
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.reshape_for_transpose import ReshapeForTranspose
from tests.layout_samples import judged, reshape, rough

COLUMNS = reshape(given=(31, 8, 32, 64), made=(31, 32, 512), order=(0, 2, 1, 3), reader="lstm", reader_kind="LSTM", spatial=(0,))
HEADS = reshape(given=(31, 20, 64), made=(31, 8, 20, 8), order=(0, 2, 1, 3), splits=True)
ROWS = reshape(given=(48, 31, 5), made=(31, 48, 5), order=(1, 0, 2), moves_rows=True, before=None, after=None, meant=None)


def test_rougher_neighbours_for_a_convolution_are_an_error() -> None:
    """At the reshape and at what reads it, with the permutation that was meant and the footprint."""
    (finding,) = judged(ReshapeForTranspose(), reshapes=(reshape(),))

    assert (finding.cause, finding.severity) == (Cause.RESHAPE, Severity.ERROR)
    assert [where.layer for where in finding.where] == ["reshape", "conv"]
    assert finding.remedies[0].patch == "keras.layers.Permute((2, 3, 1)),"
    assert "4 positions next to each other end up at 10" in finding.evidence[-1].text
    assert finding.remedies[0].edits == (permute_for_reshape("reshape", (2, 3, 1)),)


def test_neighbours_that_become_less_alike_are_a_warning() -> None:
    """Where the axis that is read was rough before, as that of a transposed series is."""
    swapped = reshape(before=rough(0.04, 1.0), after=rough(0.9, 0.95), meant=rough(1.0, 0.04), score=-3.0, score_all=20.0)

    (finding,) = judged(ReshapeForTranspose(), reshapes=(swapped,))

    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "framing",
    [
        reshape(before=None, after=None, meant=None),
        reshape(before=rough(1.0, 1.0), after=rough(1.0, 1.0), meant=rough(1.0, 1.0), score=0.3, score_all=0.2),
        reshape(before=rough(0.1, 0.9), after=rough(0.2, 0.85), meant=rough(0.9, 0.1), score=-30.0, score_all=1.0),
    ],
    ids=["not measured", "noise", "frames of a series"],
)
def test_sizes_alone_are_a_note(framing: ReshapeSeen) -> None:
    """What happens to have the sizes of a transpose may be meant."""
    (finding,) = judged(ReshapeForTranspose(), reshapes=(framing,))

    assert finding.severity is Severity.NOTE


def test_rows_that_are_taken_along_are_an_error() -> None:
    """Nothing needs to be measured: values of one row end up in others."""
    (finding,) = judged(ReshapeForTranspose(), reshapes=(ROWS,))

    assert finding.severity is Severity.ERROR
    assert finding.remedies[0].patch == "x = keras.ops.transpose(x, (1, 0, 2))"
    assert finding.remedies[0].edits == ()


@pytest.mark.parametrize(
    ("seen", "patch"),
    [
        (COLUMNS, "keras.layers.Permute((2, 1, 3)),\nkeras.layers.Reshape((32, 512)),"),
        (HEADS, "keras.layers.Reshape((20, 8, 8)),\nkeras.layers.Permute((2, 1, 3)),"),
    ],
    ids=["axes merged", "axes split"],
)
def test_the_patch_makes_the_shape_that_was_wanted(seen: ReshapeSeen, patch: str) -> None:
    """Permute and Reshape in the order that the axes need."""
    (finding,) = judged(ReshapeForTranspose(), reshapes=(seen,))

    assert finding.remedies[0].patch == patch
    side = seen.made if seen.splits else seen.given
    assert np.prod([side[axis] for axis in seen.order]) == np.prod(seen.made)
    assert finding.remedies[0].edits == (permute_for_reshape("reshape", (2, 1, 3)),)


def test_models_without_such_a_reshape_are_silent() -> None:
    """There is nothing to say."""
    assert judged(ReshapeForTranspose()) == ()
