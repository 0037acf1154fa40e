"""The activation of an output."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, head_layer, layer, output

EDIT = Edit("output_activation", {"output": "output", "activation": "sigmoid"})


def test_layer_written() -> None:
    """The layer that holds the activation is written with its units."""
    assert edit_kind("output_activation").sentence(EDIT, facts()) == "change the activation of the output from softmax to sigmoid"
    assert edit_kind("output_activation").patch(EDIT, facts()) == 'keras.layers.Dense(10, activation="sigmoid")'


@pytest.mark.parametrize("kind", ["Activation", "Softmax"])
def test_activation_layer(kind: str) -> None:
    """A layer that is nothing but an activation is written as one."""
    head = output()
    subject = facts(outputs=[head], layers=[layer("head", kind, activation="softmax", weights=(), parameters=0)])

    assert edit_kind("output_activation").patch(EDIT, subject) == 'keras.layers.Activation("sigmoid")'


def test_unknown_output() -> None:
    """Where the layer could not be told, the argument is."""
    edit = Edit("output_activation", {"output": "other", "activation": "linear"})

    assert edit_kind("output_activation").patch(edit, facts()) == 'activation="linear"'


def test_several_outputs() -> None:
    """With several outputs the one concerned is named."""
    heads = [output(name="a", layer="a"), output(name="b", layer="b")]
    subject = facts(outputs=heads, layers=[head_layer(head) for head in heads])
    edit = Edit("output_activation", {"output": "b", "activation": "linear"})

    assert (
        edit_kind("output_activation").sentence(edit, subject) == "change the activation of the output b from softmax to linear"
    )
