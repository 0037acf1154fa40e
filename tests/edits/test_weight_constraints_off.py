"""Weight constraints off."""

from dnndoctor.edits import edit_kind
from dnndoctor.edits.weight_constraints_off import constrained_layers
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer, weight

EDIT = Edit("weight_constraints_off")
KIND = edit_kind("weight_constraints_off")


def test_constraints_named() -> None:
    """Every constrained weight is named as the argument that constrains it."""
    lstm = layer("lstm", "LSTM", weights=(weight(constraint="MaxNorm"), weight("recurrent_kernel", constraint="UnitNorm")))
    subject = facts(layers=[layer(), lstm])

    assert constrained_layers(subject) == (lstm,)
    assert KIND.sentence(EDIT, subject) == "switch off weight constraints in 1 layer (MaxNorm, UnitNorm)"
    assert KIND.patch(EDIT, subject) == "lstm: remove kernel_constraint (MaxNorm), recurrent_constraint (UnitNorm)"


def test_frozen_weights_are_not_constrained() -> None:
    """What never moves needs no bounds taken off."""
    assert constrained_layers(facts(layers=[layer(weights=(weight(constraint="MaxNorm", trainable=False),))])) == ()


def test_without_constraints() -> None:
    """Where facts show none the edit still reads as a sentence."""
    assert KIND.sentence(EDIT, facts()) == "switch off all weight constraints"
    assert "kernel_constraint" in KIND.patch(EDIT, facts())
