"""Inputs that the model brings into a shape that their values do not lie in."""

from dnndoctor.edits.permute_for_reshape import permute_for_reshape
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.input_reshaped_wrongly import InputReshapedWrongly
from tests.layout_samples import judged, other, pictures, reshape, rough

PLANES = pictures(given=rough(0.26, 0.24, 0.13), other=other(), reshaped="reshape")


def test_colour_planes_as_pixels_are_an_error_at_the_reshape() -> None:
    """Mended by the other shape and a permutation that leads to the one that was wanted."""
    (finding,) = judged(InputReshapedWrongly(), arrays=(PLANES,))

    assert (finding.cause, finding.severity) == (Cause.RESHAPE, Severity.ERROR)
    assert finding.where[0].layer == "reshape"
    assert finding.remedies[0].patch == "keras.layers.Reshape((3, 32, 32)),\nkeras.layers.Permute((2, 3, 1)),"
    assert finding.remedies[0].edits == (permute_for_reshape("reshape", (2, 3, 1)),)


def test_a_reshape_outside_any_layer_is_named_by_its_reader() -> None:
    """As in the call of a subclassed model."""
    (finding,) = judged(InputReshapedWrongly(), arrays=(pictures(given=PLANES.given, other=other(), reshaped=""),))

    assert [where.layer for where in finding.where] == ["conv"]
    assert finding.remedies[0].edits == ()


def test_a_flat_row_of_pixels_and_the_users_own_shape_are_silent() -> None:
    """Pictures of one channel that are smooth as they are; data that has its shape already."""
    grey = pictures(shape=(28, 28, 1), given=rough(0.2, 0.2), other=None, reshaped="reshape")
    own = pictures(given=PLANES.given, other=other())

    assert judged(InputReshapedWrongly(), arrays=(grey, own)) == ()


def test_what_is_named_as_a_transpose_is_not_named_twice() -> None:
    """A reshape from three axes to three is judged with what it was given."""
    assert judged(InputReshapedWrongly(), arrays=(PLANES,), reshapes=(reshape(),)) == ()
