"""Targets drawn anew."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts


def test_sentence_and_patch() -> None:
    """They are drawn by the seed, and a person would write it so."""
    kind, edit = edit_kind("random_labels"), Edit("random_labels", {"seed": 3})

    assert kind.sentence(edit, facts()) == "draw the training rows' targets at random from all of them"
    assert "RandomState(3).randint" in kind.patch(edit, facts())
    assert kind.problems(edit) == ()
