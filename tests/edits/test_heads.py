"""Ways to make head and loss fit each other."""

from dnndoctor.edits.heads import remedy, replaced_head, where
from dnndoctor.evidence.contract import heads
from dnndoctor.finding import Where
from tests.evidence_samples import facts, output, target


def test_remedy_holds_edits_and_their_patch() -> None:
    """Activation and loss become two edits, and the patch holds the line of each."""
    subject = facts()

    fix = remedy(subject, heads(subject)[0], "Fix it", activation="linear", loss="binary_crossentropy", from_logits=True)

    assert [edit.name for edit in fix.edits] == ["output_activation", "loss"]
    assert fix.edits[1].parameters == {"output": "output", "name": "binary_crossentropy", "from_logits": True}
    assert fix.patch.splitlines() == [
        'keras.layers.Dense(10, activation="linear")',
        "loss=keras.losses.BinaryCrossentropy(from_logits=True)",
    ]


def test_what_is_not_given_stays() -> None:
    """Without a loss only the activation is touched."""
    subject = facts()

    assert [edit.name for edit in remedy(subject, heads(subject)[0], "Fix it", activation="sigmoid").edits] == [
        "output_activation"
    ]


def test_replaced_head_names_its_output_among_several() -> None:
    """With several outputs the loss is written under the output's name."""
    several = facts([output(name="a"), output(name="b")], [target(output="a"), target(output="b")])

    patch = replaced_head(heads(several)[1], 7, "softmax", "sparse_categorical_crossentropy")

    assert patch.splitlines() == [
        'keras.layers.Dense(7, activation="softmax")',
        'loss={"b": "sparse_categorical_crossentropy", ...}',
    ]


def test_where_is_the_layer_of_the_activation() -> None:
    """The place is the layer's, and there is none where the layer is not known."""
    known, unknown = facts(), facts([output(None, layer=None)])

    assert where(heads(known)[0]) == (Where("head", known.layers[-1].place),)
    assert where(heads(unknown)[0]) == ()
