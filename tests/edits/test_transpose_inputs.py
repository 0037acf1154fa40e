"""Inputs transposed instead of reshaped, in words and as code."""

import numpy as np
import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.edits.transpose_inputs import transpose_inputs
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts

EDIT = transpose_inputs((5, 20), (2, 1))
KIND = edit_kind("transpose_inputs")


def test_sentence() -> None:
    """It says both shapes."""
    assert KIND.sentence(EDIT, facts()) == "transpose the inputs from 5 x 20 to 20 x 5 instead of reshaping them"


def test_the_patch_undoes_the_reshape() -> None:
    """Run as it is printed, it gives what a transpose would have given; only inputs of that shape are named."""
    rows = np.arange(300.0).reshape(3, 5, 20)
    scope = {"x": rows.reshape(3, 20, 5)}

    exec(KIND.patch(EDIT, facts(inputs=[array(shape=(20, 5))])), scope)

    assert np.array_equal(scope["x"], rows.transpose(0, 2, 1))


@pytest.mark.parametrize("axes", ["2,2", "1", "a,b", ""])
def test_axes_that_are_no_order_are_refused(axes: str) -> None:
    """The message has a right example."""
    (problem,) = KIND.problems(Edit("transpose_inputs", {"sizes": "5,20", "axes": axes}))

    assert "2,1 for 5,20" in problem
    assert KIND.problems(EDIT) == ()
