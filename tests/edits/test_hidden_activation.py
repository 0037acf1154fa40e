"""Another activation of hidden layers."""

from dnndoctor.edits import edit_kind
from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.facts import Place
from tests.evidence_samples import facts, layer


def test_layers_are_named_with_their_places() -> None:
    """A sentence names a few, the patch all."""
    paths = ["a", "b", "c", "d"]
    subject = facts(layers=[layer(path, units=8, place=Place("train.py", 7)) for path in paths])
    edit, kind = hidden_activation("relu", paths), edit_kind("hidden_activation")

    assert kind.sentence(edit, subject) == "give a, b, c and 1 more the activation relu"
    assert kind.patch(edit, subject).splitlines() == ['keras.layers.Dense(8, activation="relu", ...)  # train.py:7'] * 4
    assert not kind.problems(edit)
