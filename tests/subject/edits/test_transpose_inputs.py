"""Inputs put in the order that they had before a reshape."""

import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.edits.transpose_inputs import transpose_inputs
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError, applied
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared

EDIT = transpose_inputs((5, 20), (2, 1))


@pytest.mark.slow
def test_the_same_as_written_by_hand(engine: Engine) -> None:
    """The losses are those of a script that transposes its images, and of the user's own once the edit is gone."""
    height, width, channels = X.shape[1:]
    edit = transpose_inputs((channels, height, width), (2, 3, 1))

    found = compared(engine, (edit,), x=X.reshape(-1, channels, height, width).transpose(0, 2, 3, 1))

    assert found.treated == pytest.approx(found.expected, rel=1e-5)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.after == found.plain


def test_a_reshape_is_undone() -> None:
    """What was reshaped comes out as if it had been transposed; whole numbers stay whole, other shapes stay as they are."""
    rows = np.arange(300).reshape(3, 5, 20)
    scrambled, other = tf.constant(rows.reshape(3, 20, 5)), tf.zeros((3, 7))

    changed = applied(EDIT).change_inputs(scrambled, EDIT.parameters, scrambled)

    assert np.array_equal(changed.numpy(), rows.transpose(0, 2, 1))
    assert changed.dtype == scrambled.dtype
    assert applied(EDIT).change_inputs(other, EDIT.parameters, other) is other


def test_axes_that_are_no_order_are_refused() -> None:
    """With what was given."""
    edit = Edit("transpose_inputs", {"sizes": "5,20", "axes": "2,3"})

    with pytest.raises(CannotApplyError, match="2,3"):
        applied(edit).change_inputs(tf.zeros((3, 20, 5)), edit.parameters, tf.zeros((3, 20, 5)))
