"""A permutation in the place of a reshape that scrambles axes."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.edits.permute_for_reshape import permute_for_reshape, splits, unpermuted
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts, layer

KIND = edit_kind("permute_for_reshape")


def _subject(given: tuple[int, ...], target: tuple[int, ...]) -> Facts:
    return facts(inputs=[array(shape=given)], layers=[layer("r", "Reshape", output_shape=target), layer("head")])


@pytest.mark.parametrize(
    ("given", "target", "axes", "lines"),
    [
        ((32, 32, 3), (3, 32, 32), (3, 1, 2), ["keras.layers.Permute((3, 1, 2)),  # train.py:10"]),
        (
            (8, 32, 64),
            (32, 512),
            (2, 1, 3),
            ["keras.layers.Permute((2, 1, 3)),  # train.py:10", "keras.layers.Reshape((32, 512)),"],
        ),
        (
            (3072,),
            (32, 32, 3),
            (2, 3, 1),
            ["keras.layers.Reshape((3, 32, 32)),  # train.py:10", "keras.layers.Permute((2, 3, 1)),"],
        ),
        ((7,), (3, 32, 32), (3, 1, 2), ["keras.layers.Permute((3, 1, 2)),  # train.py:10"]),
    ],
    ids=["axes moved", "axes merged", "an axis split", "what it takes is not known"],
)
def test_the_patch_makes_the_shape_that_is_there(
    given: tuple[int, ...], target: tuple[int, ...], axes: tuple[int, ...], lines: list[str]
) -> None:
    """Permute and Reshape in the order that the axes need, at the line of the reshape."""
    edit = permute_for_reshape("r", axes)

    assert KIND.patch(edit, _subject(given, target)).splitlines() == lines
    assert not KIND.problems(edit)


def test_the_sentence_names_layer_and_axes() -> None:
    """As `Permute` takes them."""
    said = KIND.sentence(permute_for_reshape("r", (2, 1)), facts())

    assert said == "permute the axes in r by (2, 1) instead of reshaping"
    assert KIND.patch(permute_for_reshape("r", (2, 1)), facts()) == "keras.layers.Permute((2, 1)),  # r"


@pytest.mark.parametrize("axes", ["2", "0,1", "1,1", "a", ""])
def test_orders_of_axes(axes: str) -> None:
    """Every axis of a row once, counted from 1."""
    assert "must be an order of axes" in KIND.problems(Edit("permute_for_reshape", {"layer": "r", "axes": axes}))[0]


def test_missing_parameters_are_told_first() -> None:
    """Before what is wrong with them."""
    assert KIND.problems(Edit("permute_for_reshape", {"layer": "r"})) == ("permute_for_reshape needs the parameter axes",)


def test_shapes() -> None:
    """An axis is split where more come out than go in, those of one value apart."""
    assert splits((3072, 1), (32, 96))
    assert not splits((1, 32, 32), (32, 32))
    assert unpermuted((32, 64, 3), (2, 3, 1)) == (3, 32, 64)
