"""Targets that are known to be learnable."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts


def test_sentence_and_patch() -> None:
    """One line says whose targets these are."""
    kind, edit = edit_kind("teacher_targets"), Edit("teacher_targets")

    assert kind.sentence(edit, facts()) == "replace all targets by those of a small fixed teacher network"
    assert kind.patch(edit, facts()).startswith("y = teacher")
    assert kind.problems(Edit("teacher_targets", {"seed": 1}))
