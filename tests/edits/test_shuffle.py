"""Rows shuffled."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts

EDIT = Edit("shuffle")


def test_the_patch_fits_the_data() -> None:
    """Arrays are shuffled by `fit`, a pipeline row by row before it makes batches."""
    kind = edit_kind("shuffle")

    assert kind.sentence(EDIT, facts()) == "shuffle the training rows before every epoch"
    assert kind.patch(EDIT, facts(data={"kind": "numpy"})) == "fit: {shuffle: true}"
    assert ".unbatch().shuffle(1000).batch(32)" in kind.patch(EDIT, facts(data={"kind": "tf.data", "rows_total": 1000}))
    assert "where batches are made" in kind.patch(EDIT, facts(data={"kind": "generator"}))
