"""No weight decay."""

from dnndoctor.edits import edit_kind, patch
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, optimizer

EDIT = Edit("weight_decay_off")
KIND = edit_kind("weight_decay_off")


def test_the_decay_is_named() -> None:
    """And only the optimizers that have one are written anew."""
    decaying = facts(recipe={"optimizers": (optimizer("SGD", 0.1, weight_decay=0.3), optimizer())})

    assert KIND.sentence(EDIT, decaying) == "switch off weight decay (0.3)"
    assert KIND.patch(EDIT, decaying) == "optimizer=keras.optimizers.SGD(learning_rate=0.1)"


def test_adamw_is_told_not_to() -> None:
    """Since decaying is its default; a further patch tells it, too."""
    subject = facts(recipe={"optimizers": (optimizer("AdamW", 0.1, weight_decay=0.004),)})
    written = "optimizer=keras.optimizers.AdamW(learning_rate={}, weight_decay=0)"

    assert patch((EDIT, Edit("learning_rate", {"factor": 0.1})), subject).splitlines() == [
        written.format("0.1"),
        written.format("0.01"),
    ]


def test_without_any() -> None:
    """Where facts show none the edit still reads as a sentence."""
    assert KIND.sentence(EDIT, facts()) == "switch off weight decay"
    assert KIND.patch(EDIT, facts()) == "weight_decay=0.0"
