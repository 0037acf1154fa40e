"""Zeros for inputs."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts


def test_one_input() -> None:
    """One array is replaced by zeros."""
    kind, edit = edit_kind("zero_inputs"), Edit("zero_inputs")

    assert kind.sentence(edit, facts()) == "replace all inputs by zeros"
    assert kind.patch(edit, facts()) == "x = np.zeros_like(x)"


def test_several_inputs() -> None:
    """Of several arrays each is."""
    subject = facts(inputs=[array("x[0]"), array("x[1]")])

    assert "map_structure" in edit_kind("zero_inputs").patch(Edit("zero_inputs"), subject)
