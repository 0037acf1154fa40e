"""What the schema knows about keys."""

import pytest

from dnndoctor.config.schema import SECTIONS
from dnndoctor.config.tree import Path
from dnndoctor.config.vocabulary import UNSUPPORTED_KEYS, example, known_keys, takes_a_list


def test_keys_of_nested_mappings_are_known() -> None:
    """Also those in lists and in unions."""
    assert known_keys(("report", "outputs", 3)) == ("format", "path")
    assert set(known_keys(("model",))) == {"factory", "args", "file", "weights", "trust"}
    assert known_keys(("compile", "optimizer")) == ()
    assert known_keys(("nowhere", "at", "all")) == ()


@pytest.mark.parametrize(
    ("path", "answer"), [(("fit", "callbacks"), True), (("fit", "class_weight"), False), (("fit",), False), (("x", "y"), False)]
)
def test_lists_are_told_from_mappings(path: Path, answer: bool) -> None:
    """`--set` makes what the schema takes."""
    assert takes_a_list(path) is answer


def test_examples_are_lines() -> None:
    """A hint can show how a key is written."""
    assert example(("fit", "batch_size")) == "batch_size: 32"
    assert example(("report", "outputs", 0, "path")) == "path: out/report.json"
    assert example(("x",)) == ""


def test_no_key_is_both_known_and_unsupported() -> None:
    """A key that a later version takes leaves the list of those that come later."""
    assert [path for path in UNSUPPORTED_KEYS if path[1] in SECTIONS[path[0]].model_fields] == []
