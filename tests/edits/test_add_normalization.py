"""A normalisation between layers' affine maps and their activations."""

from dnndoctor.edits import edit_kind
from dnndoctor.edits.add_normalization import add_normalization
from dnndoctor.evidence.facts import Place
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer

KIND = edit_kind("add_normalization")


def test_layers_are_named_with_their_places() -> None:
    """A sentence names a few; the patch writes what stands in the place of each."""
    subject = facts(layers=[layer("a", place=Place("net.py", 7)), layer("b", "Conv2D", units=8, activation="linear")])

    assert KIND.sentence(add_normalization("batch", "abcd"), subject) == (
        "add batch normalisation in a, b, c and 1 more, before the activation"
    )
    assert KIND.patch(add_normalization("layer", "ab"), subject).splitlines() == [
        "keras.layers.Dense(64, activation=None, ...),  # net.py:7",
        "keras.layers.LayerNormalization(),",
        'keras.layers.Activation("relu"),',
        "keras.layers.Conv2D(8, ...),  # train.py:10",
        "keras.layers.LayerNormalization(),",
    ]


def test_kinds() -> None:
    """Over the batch or over the features."""
    assert not KIND.problems(add_normalization("batch", ["a"]))
    assert "must be one of batch, layer" in KIND.problems(Edit("add_normalization", {"kind": "group", "layers": "a"}))[0]
