"""The number of rows a step."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts


def test_numpy() -> None:
    """With arrays the batch size is an argument of fit."""
    kind, edit = edit_kind("batch_size"), Edit("batch_size", {"size": 8})

    assert kind.sentence(edit, facts()) == "change the batch size from 32 to 8"
    assert kind.patch(edit, facts()) == "model.fit(..., batch_size=8)"


def test_dataset() -> None:
    """With tf.data the dataset is batched, because fit refuses the argument."""
    subject = facts(data={"kind": "tf.data"})

    assert edit_kind("batch_size").patch(Edit("batch_size", {"size": 8}), subject) == "dataset.batch(8)"
