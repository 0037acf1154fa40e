"""Another momentum of the moving statistics."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer

EDIT = Edit("batch_norm_momentum", {"momentum": 0.9})


def test_before_and_after_are_named() -> None:
    """Where all layers have the same."""
    subject = facts(layers=[layer("bn", "BatchNormalization", settings={"momentum": 0.99})])
    kind = edit_kind("batch_norm_momentum")

    assert kind.sentence(EDIT, subject) == "set the momentum of batch normalisation from 0.99 to 0.9"
    assert kind.sentence(EDIT, facts()) == "set the momentum of batch normalisation to 0.9"
    assert kind.patch(EDIT, subject) == "keras.layers.BatchNormalization(momentum=0.9)"


def test_a_momentum_is_a_share() -> None:
    """One and above would follow no batch."""
    assert edit_kind("batch_norm_momentum").problems(Edit("batch_norm_momentum", {"momentum": 1.0}))
    assert not edit_kind("batch_norm_momentum").problems(EDIT)
