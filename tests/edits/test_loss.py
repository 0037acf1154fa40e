"""Another loss."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, output


def test_one_output() -> None:
    """Both losses are named, logits where they are meant."""
    edit = Edit("loss", {"output": "output", "name": "categorical_crossentropy", "from_logits": True})

    assert edit_kind("loss").sentence(edit, facts()) == (
        "change the loss from sparse_categorical_crossentropy to categorical_crossentropy from logits"
    )
    assert edit_kind("loss").patch(edit, facts()) == "loss=keras.losses.CategoricalCrossentropy(from_logits=True)"


def test_several_outputs() -> None:
    """With several outputs the patch says whose loss it is."""
    subject = facts(outputs=[output(name="a"), output(name="b")])
    edit = Edit("loss", {"output": "b", "name": "mean_squared_error"})

    assert edit_kind("loss").sentence(edit, subject).startswith("change the loss of the output b")
    assert edit_kind("loss").patch(edit, subject) == 'loss={"b": "mean_squared_error", ...}'
