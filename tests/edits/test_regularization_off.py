"""Regularization off."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, optimizer

EDIT = Edit("regularization_off")


def test_regularizers() -> None:
    """The three kinds of regularizer are named."""
    assert edit_kind("regularization_off").sentence(EDIT, facts()) == "switch off all regularizers and weight decay"
    assert "kernel_regularizer" in edit_kind("regularization_off").patch(EDIT, facts())


def test_weight_decay() -> None:
    """Weight decay is named where the optimizer has it."""
    subject = facts(recipe={"optimizers": (optimizer("AdamW", 1e-3, weight_decay=0.1),)})

    assert "weight_decay=None" in edit_kind("regularization_off").patch(EDIT, subject)
    assert "weight_decay=None" not in edit_kind("regularization_off").patch(EDIT, facts())
