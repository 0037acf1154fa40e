"""Ways to make head and loss fit each other."""

import pytest

from dnndoctor.edits.heads import keras_own_loss, remedy, replaced_head, where
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


@pytest.mark.parametrize(
    ("activation", "units", "encoding", "name", "from_logits"),
    [
        ("softmax", 10, "one_hot", "categorical_crossentropy", False),
        ("linear", 10, "class_ids", "sparse_categorical_crossentropy", True),
        ("sigmoid", 1, "binary", "binary_crossentropy", False),
        ("softmax", 2, "binary", "sparse_categorical_crossentropy", False),
        ("linear", 1, "continuous", "mean_squared_error", False),
    ],
)
def test_loss_of_keras_own_for_head_and_targets(activation: str, units: int, encoding: str, name: str, from_logits: bool) -> None:
    """The loss that belongs to the targets' encoding, on logits where the head gives them."""
    subject = facts([output(activation, units, None)], [target(encoding)])

    (found,) = keras_own_loss(subject, heads(subject)[0])

    assert found.edits[0].parameters == {"output": "output", "name": name, "from_logits": from_logits}


def test_no_loss_for_targets_that_were_not_understood() -> None:
    """Nothing is offered for targets of an unknown kind."""
    subject = facts([output("linear", 3, None)], [target("unknown")])

    assert keras_own_loss(subject, heads(subject)[0]) == ()
