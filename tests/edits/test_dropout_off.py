"""Dropout off."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer

EDIT = Edit("dropout_off")


def test_layers_named() -> None:
    """Layers that only drop are removed; of others the setting is named."""
    subject = facts(
        layers=[layer("drop", "Dropout", settings={"rate": 0.5}), layer("lstm", "LSTM", settings={"recurrent_dropout": 0.2})]
    )

    assert edit_kind("dropout_off").sentence(EDIT, subject) == "switch off dropout in 2 layers"
    assert edit_kind("dropout_off").patch(EDIT, subject) == "drop: remove this Dropout layer\nlstm: recurrent_dropout=0"


def test_without_dropout() -> None:
    """Where facts show no dropout the edit still reads as a sentence."""
    assert edit_kind("dropout_off").sentence(EDIT, facts()) == "switch off all dropout"
    assert edit_kind("dropout_off").patch(EDIT, facts()) == "set every dropout rate to 0"
