"""Hidden layers wider or narrower."""

import pytest

from dnndoctor.edits import edit_kind, patch
from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.edits.width import scaled
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer

KIND = edit_kind("width")
LAYERS = [layer("words", "Embedding", units=16), layer("a"), layer("b", "Conv2D", units=64, place=None), layer("head", units=10)]


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (0.5, "halve every hidden width (16 to 8, 64 to 32)"),
        (2, "double every hidden width (16 to 32, 64 to 128)"),
        (1.5, "multiply every hidden width (16 to 24, 64 to 96) by 1.5"),
    ],
)
def test_the_sentence_has_the_widths(factor: float, said: str) -> None:
    """Each pair of numbers once."""
    assert KIND.sentence(Edit("width", {"factor": factor}), facts(layers=LAYERS)) == said


def test_the_patch_has_the_lines() -> None:
    """Each hidden layer with its new width, and where it is written."""
    edit = Edit("width", {"factor": 0.5})

    assert KIND.patch(edit, facts(layers=LAYERS)).splitlines() == [
        "keras.layers.Embedding(..., 8, ...)  # train.py:10",
        "keras.layers.Dense(32, ...)  # train.py:10",
        "keras.layers.Conv2D(32, ...)  # b",
    ]
    assert not KIND.problems(edit)
    assert KIND.problems(Edit("width", {"factor": 0}))


def test_a_further_patch_writes_the_new_width() -> None:
    """Of a layer whose activation is changed, too."""
    edits = (Edit("width", {"factor": 0.5}), hidden_activation("tanh", ["a"]))

    assert patch(edits, facts(layers=LAYERS)).splitlines()[-1] == 'keras.layers.Dense(32, activation="tanh", ...)  # train.py:10'


def test_without_known_layers() -> None:
    """It still reads as a sentence."""
    subject = facts(layers=[layer("head")])

    assert KIND.sentence(Edit("width", {"factor": 2}), subject) == "double every hidden width"
    assert KIND.patch(Edit("width", {"factor": 2}), subject) == "2 times as many units and filters in every hidden layer"


@pytest.mark.parametrize(("width", "factor", "expected"), [(64, 0.5, 32), (5, 0.5, 3), (1, 0.1, 1), (3, 1.5, 5), (6, 1.01, 6)])
def test_widths_are_whole_numbers(width: int, factor: float, expected: int) -> None:
    """Rounded, halves up, and at least one."""
    assert scaled(width, factor) == expected
