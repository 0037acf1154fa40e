"""More hidden layers."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.facts import Place
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer, weight

KIND = edit_kind("depth")
ONE, TWO = Edit("depth", {"layers": 1}), Edit("depth", {"layers": 2})
HEAD = layer("head", units=10, place=Place("train.py", 20))


def test_the_last_hidden_layer_is_what_more_are_like() -> None:
    """Dense or a convolution; a recurrence is none."""
    subject = facts(layers=[layer("a", place=Place("net.py", 7)), layer("b", "LSTM"), HEAD])

    assert KIND.sentence(ONE, subject) == "add 1 hidden layer like a (Dense, 64 wide)"
    assert KIND.sentence(TWO, subject) == "add 2 hidden layers like a (Dense, 64 wide)"
    assert KIND.patch(TWO, subject).splitlines() == ['keras.layers.Dense(64, activation="relu"),  # behind net.py:7'] * 2


def test_convolutions_keep_their_size() -> None:
    """With the kernel's size in the patch."""
    last = layer("a", "Conv2D", units=32, weights=(weight(shape=(3, 5, 16, 32)),))

    assert KIND.patch(ONE, facts(layers=[last, HEAD])) == (
        'keras.layers.Conv2D(32, (3, 5), padding="same", activation="relu"),  # behind train.py:10'
    )


def test_an_activation_further_down_is_needed_between() -> None:
    """A normalisation may come first."""
    layers = [layer("a", activation="linear"), layer("n", "BatchNormalization", activation=None), layer("r", "ReLU"), HEAD]

    assert KIND.patch(ONE, facts(layers=layers)).splitlines() == [
        'keras.layers.Activation("relu"),  # behind train.py:10',
        "keras.layers.Dense(64),  # behind train.py:10",
    ]


def test_without_a_known_layer() -> None:
    """It still reads as a sentence."""
    assert KIND.sentence(TWO, facts(layers=[HEAD])) == "add 2 hidden layers like the last hidden one"
    assert KIND.patch(ONE, facts(layers=[HEAD])) == "1 more hidden layer like the last one"


@pytest.mark.parametrize("layers", [0, 1.5, True])
def test_numbers_of_layers(layers: float) -> None:
    """Whole and above zero."""
    assert KIND.problems(Edit("depth", {"layers": layers}))
