"""Biases where layers have none."""

from dnndoctor.edits import edit_kind
from dnndoctor.edits.add_biases import add_biases
from tests.evidence_samples import facts, layer

KIND = edit_kind("add_biases")


def test_layers_are_named_with_their_places() -> None:
    """A sentence names a few, the patch all."""
    subject = facts(layers=[layer("a"), layer("b", "EinsumDense", units=None), layer("c", place=None)])
    edit = add_biases("abcd")

    assert KIND.sentence(edit, subject) == "give a, b, c and 1 more a bias"
    assert KIND.patch(edit, subject).splitlines() == [
        "keras.layers.Dense(64, use_bias=True, ...)  # train.py:10",
        'keras.layers.EinsumDense(bias_axes="...", ...)  # train.py:10',
        "keras.layers.Dense(64, use_bias=True, ...)  # c",
        "keras.layers.Dense(use_bias=True, ...)  # d",
    ]
    assert not KIND.problems(edit)
