"""Preprocessing normalisation off."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer

EDIT = Edit("normalization_off")
KIND = edit_kind("normalization_off")


def test_written() -> None:
    """The layers are named by where they are made, others are not."""
    subject = facts(layers=[layer("norm", "Normalization"), layer(), layer("other", "Normalization", place=None)])

    assert KIND.sentence(EDIT, subject) == "leave out the Normalization layers"
    assert KIND.patch(EDIT, subject) == "remove the Normalization layers: train.py:10, other"
    assert KIND.sentence(EDIT, facts()) == "leave out the Normalization layer"
