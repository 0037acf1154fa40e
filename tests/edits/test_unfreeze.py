"""Frozen layers trained."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer

EDIT = Edit("unfreeze")


def test_frozen_layers_are_named() -> None:
    """Those with weights; the change belongs before `compile`."""
    subject = facts(
        layers=[layer("body", trainable=False), layer("flat", "Flatten", trainable=False, parameters=0), layer("head")]
    )
    kind = edit_kind("unfreeze")

    assert kind.sentence(EDIT, subject) == "train 1 frozen layer"
    assert kind.patch(EDIT, subject).splitlines()[0] == 'model.get_layer("body").trainable = True'
    assert "compile" in kind.patch(EDIT, subject)


def test_without_frozen_layers() -> None:
    """It still reads as a sentence."""
    assert edit_kind("unfreeze").sentence(EDIT, facts()) == "train all layers"
