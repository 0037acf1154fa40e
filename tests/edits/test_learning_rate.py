"""The learning rate by a factor."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, optimizer


def test_lowered() -> None:
    """A factor below 1 lowers the rate, and the patch is the optimizer with the new one."""
    kind, edit = edit_kind("learning_rate"), Edit("learning_rate", {"factor": 0.1})

    assert kind.sentence(edit, facts()) == "lower the learning rate from 0.001 to 0.0001"
    assert kind.patch(edit, facts()) == "optimizer=keras.optimizers.Adam(learning_rate=0.0001)"


def test_raised_schedule() -> None:
    """Of a schedule the start is named, because the whole of it is multiplied."""
    subject = facts(recipe={"optimizers": (optimizer("SGD", 0.01, schedule="CosineDecay"),)})

    assert edit_kind("learning_rate").sentence(Edit("learning_rate", {"factor": 10}), subject) == (
        "raise the learning-rate schedule's start from 0.01 to 0.1"
    )


def test_several_optimizers() -> None:
    """With two optimizers both are multiplied, and both are written."""
    subject = facts(recipe={"optimizers": (optimizer("Adam", 0.01), optimizer("SGD", 0.1))})
    kind, edit = edit_kind("learning_rate"), Edit("learning_rate", {"factor": 0.1})

    assert "every optimizer" in kind.sentence(edit, subject)
    assert len(kind.patch(edit, subject).splitlines()) == 2
