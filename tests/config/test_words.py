"""Words that messages are made of."""

import pytest

from dnndoctor.config.words import escaped, flow, listed, nearest, quoted, shown_width


@pytest.mark.parametrize(
    ("word", "right"), [("batch_sze", "batch_size"), ("BatchSize", "batch_size"), ("batch-size", "batch_size"), ("zzz", None)]
)
def test_nearest_spelling(word: str, right: str | None) -> None:
    """Slips, upper case and hyphens are forgiven; another word is not."""
    assert nearest(word, ["epochs", "batch_size", "shuffle"]) == right


def test_nearest_of_a_page_is_quick() -> None:
    """A key of a megabyte is compared by its beginning."""
    assert nearest("x" * 1_000_000, ["epochs"]) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a", "a"), ("\x1b", "\\x1b"), ("\u202e", "\\u202e"), ("\n", "\\n"), ("ü日", "ü日"), ("\ud800", "\\ud800")],
)
def test_escaped(text: str, shown: str) -> None:
    """Only what a terminal would obey or hide is changed."""
    assert escaped(text) == shown


def test_quoted_is_short() -> None:
    """A message shows the beginning of a long text."""
    assert quoted("x" * 100) == "`" + "x" * 57 + "...`"
    assert quoted("x" * 60) == "`" + "x" * 60 + "`"


def test_listed() -> None:
    """A long list is cut."""
    assert listed(["a"]) == "`a`"
    assert listed("ab", last="or") == "`a` or `b`"
    assert listed("abcdefghij") == "`a`, `b`, `c`, `d`, `e`, `f`, `g` and 3 more"


def test_shown_width() -> None:
    """Wide characters take two columns, combining ones none."""
    assert shown_width("a日e\u0301") == 4


def test_flow() -> None:
    """Examples are written as YAML."""
    assert flow({"a": [1, True, "x"], "b": 0.001}) == "{a: [1, true, x], b: 0.001}"
