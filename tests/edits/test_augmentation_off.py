"""Augmentation off."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer

EDIT = Edit("augmentation_off")


def test_layers_named() -> None:
    """Keras' own random layers are named; a user's class of such a name is left alone."""
    subject = facts(layers=[layer("flip", "RandomFlip"), layer("mine", "RandomProjection", built_in=False)])

    assert edit_kind("augmentation_off").sentence(EDIT, subject) == "switch off augmentation (RandomFlip)"
    assert edit_kind("augmentation_off").patch(EDIT, subject) == "flip: remove this RandomFlip layer"


def test_without_augmentation() -> None:
    """Where facts show none the edit still reads as a sentence."""
    assert edit_kind("augmentation_off").sentence(EDIT, facts()) == "switch off all augmentation inside the model"
    assert edit_kind("augmentation_off").patch(EDIT, facts()) == "remove every Random* layer"
