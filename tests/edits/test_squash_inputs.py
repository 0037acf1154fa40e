"""Inputs squashed by tanh."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts

EDIT = Edit("squash_inputs", {"scale": 1e6})
KIND = edit_kind("squash_inputs")


def test_written() -> None:
    """Sentence and line have the scale."""
    assert KIND.sentence(EDIT, facts()) == "squash the inputs by tanh(x / 1e+06)"
    assert KIND.patch(EDIT, facts()) == "x = np.tanh(x / 1e+06)"
    assert KIND.patch(EDIT, facts(data={"kind": "tf.data"})) == "dataset = dataset.map(lambda x, y: (tf.tanh(x / 1e+06), y))"


def test_several_inputs() -> None:
    """Each array that is a quantity has its line."""
    subject = facts(inputs=[array("x[0]"), array("x[1]", codes=True), array("x[2]")])

    assert KIND.patch(EDIT, subject) == "x[0] = np.tanh(x[0] / 1e+06)\nx[2] = np.tanh(x[2] / 1e+06)"


@pytest.mark.parametrize("scale", [0, -1.0, "one", float("inf")])
def test_wrong_scales(scale: float | str) -> None:
    """A scale is a number above zero."""
    assert KIND.problems(Edit("squash_inputs", {"scale": scale}))
