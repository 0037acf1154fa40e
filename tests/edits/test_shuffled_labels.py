"""Targets in another order."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts


def test_sentence_and_patch() -> None:
    """The order is drawn by the seed, and a person would write it so."""
    kind, edit = edit_kind("shuffled_labels"), Edit("shuffled_labels", {"seed": 3})

    assert kind.sentence(edit, facts()) == "shuffle the targets among the training rows"
    assert "RandomState(3).permutation" in kind.patch(edit, facts())


def test_problems() -> None:
    """Without a seed nothing can be repeated."""
    kind = edit_kind("shuffled_labels")

    assert kind.problems(Edit("shuffled_labels", {"seed": 0})) == ()
    assert kind.problems(Edit("shuffled_labels"))
