"""Which cause is taken for which."""

from xml.etree import ElementTree

from tests.clinic.confusion import confusion, confusion_lines, confusion_svg
from tests.clinic.patients import Truth

TRUTHS = [
    Truth("a", frozenset({"epochs"})),
    Truth("b", frozenset({"epochs"})),
    Truth("two", frozenset({"epochs", "labels"})),
    Truth("well", frozenset()),
    Truth("not examined", frozenset()),
]
COUNTS = confusion(TRUTHS, {"a": ("epochs", "labels"), "b": ("dropout",), "two": ("labels",), "well": ()})


def test_the_first_answer_counts() -> None:
    """Of patients with one fault or none."""
    assert COUNTS == {("epochs", "epochs"): 1, ("epochs", "dropout"): 1, ("healthy", "nothing"): 1}


def test_the_text_has_a_row_for_each_true_cause() -> None:
    """And says which columns are never true."""
    _, head, first, second, only, nothing = confusion_lines(COUNTS)

    assert head.split()[-3:] == ["1", "2", "3"]
    assert first.split() == ["2", "epochs", "1", "1", "."]
    assert second.split() == ["healthy", ".", ".", "1"]
    assert only.split() == ["1", "dropout,", "named", "only"]
    assert nothing.split() == ["3", "nothing,", "named", "only"]


def test_the_picture_is_well_formed_and_holds_every_count() -> None:
    """Three numbers in two rows of three cells."""
    picture = ElementTree.fromstring(confusion_svg(COUNTS))
    tags = [element.tag.rpartition("}")[2] for element in picture]

    assert tags.count("rect") == 2 * 3
    assert [element.text for element in picture if element.get("text-anchor") == "middle"] == ["1", "1", "1"]
