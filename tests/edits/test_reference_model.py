"""A simple model in the place of the user's."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts


def test_sentence_and_patch() -> None:
    """Model and recipe are both another's, and that is said."""
    kind, edit = edit_kind("reference_model"), Edit("reference_model")

    assert "Adam at 0.001 and batch size 32" in kind.sentence(edit, facts())
    assert "batch_size=32" in kind.patch(edit, facts())
    assert kind.problems(edit) == ()
