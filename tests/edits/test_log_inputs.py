"""Inputs by their logarithm."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts

EDIT = Edit("log_inputs")
KIND = edit_kind("log_inputs")


def test_signed() -> None:
    """Where values are below zero, the sign is kept."""
    assert KIND.sentence(EDIT, facts()) == "take sign(x) * log(1 + |x|) of the inputs"
    assert KIND.patch(EDIT, facts()) == "x = np.sign(x) * np.log1p(np.abs(x))"


def test_positive() -> None:
    """Where none is, the plain logarithm does; the validation data count, too."""
    subject = facts(inputs=[array(minimum=0.0)])
    held_out = facts(inputs=[array(minimum=0.0)], data={"validation_inputs": (array(minimum=-0.1),)})

    assert KIND.sentence(EDIT, subject) == "take log(1 + x) of the inputs"
    assert KIND.patch(EDIT, subject) == "x = np.log1p(x)"
    assert "np.sign" in KIND.patch(EDIT, held_out)


def test_pipeline() -> None:
    """A tf.data pipeline is mapped."""
    assert "tf.math.log1p" in KIND.patch(EDIT, facts(data={"kind": "tf.data"}))
