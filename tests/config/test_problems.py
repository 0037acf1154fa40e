"""Problems as text: the caret stands under the column, and nothing in a config can act on the terminal."""

import pytest

from dnndoctor.config.problems import render_problems
from dnndoctor.config.words import shown_width
from dnndoctor.errors import ConfigProblem


def caret_at(text: str, column: int, width: int = 100) -> tuple[str, str]:
    """The shown line and what of it stands before the caret."""
    lines = render_problems([ConfigProblem("m", "c.yaml", 1, column, text)], width=width).splitlines()
    assert len(lines) == 3
    caret = lines[2].index("^")
    before = ""
    while shown_width(before) < caret:
        before = lines[1][: len(before) + 1]
    return lines[1], before


def test_the_whole_form() -> None:
    """Place, message, line, caret, hint."""
    problem = ConfigProblem("it is wrong", "config.yaml", 7, 3, "  key: 1", "write it right")

    assert render_problems([problem]) == "config.yaml:7:3: it is wrong\n      key: 1\n      ^\n  hint: write it right"


def test_without_a_place() -> None:
    """A file that cannot be read has no line, and a hint of several lines stays in its column."""
    problem = ConfigProblem("it is empty", "config.yaml", hint="write:\na: 1")

    assert render_problems([problem]) == "config.yaml: it is empty\n  hint: write:\n        a: 1"


@pytest.mark.parametrize(
    "text",
    [
        "a\tb: X",
        "日本: X",
        "e\u0301: X",
        "\x1b[31m: X",
        "\u202eabc: X",
        "\t\t日: X",
        "x" * 5000 + "X" + "y" * 5000,
        "日" * 300 + "X",
    ],
)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_caret_is_aligned(text: str, width: int) -> None:
    """Tabs, wide, combining and escaped characters and cut lines keep the caret under its character."""
    line, before = caret_at(text, text.index("X") + 1, width)

    assert line[len(before)] == "X"
    assert shown_width(line) <= width


def test_hostile_text_is_escaped_everywhere() -> None:
    """Source, message, line and hint show control characters by their numbers."""
    evil = "\x1b]0;owned\x07\u202e\x9b2J\r"
    problem = ConfigProblem(f"m{evil}", f"s{evil}", 1, 1, f"t{evil}", f"h{evil}x")

    whole = render_problems([problem])

    assert all(character.isprintable() or character == "\n" for character in whole)
    assert whole.count("\\x1b]0;owned\\x07\\u202e\\x9b2J") == 4
    assert "\r" not in whole


def test_newlines_in_an_option_stay_in_one_line() -> None:
    """A shell can put line breaks into `--set`."""
    option = "--set fit.epochs=\n\nx"
    lines = render_problems([ConfigProblem("m", option, None, option.index("x") + 1, option)]).splitlines()

    assert lines[1:] == ["    --set fit.epochs=\\n\\nx", "                         ^"]


def test_many_problems_are_counted() -> None:
    """A file that is no config does not flood the terminal."""
    whole = render_problems([ConfigProblem("m", "c.yaml", line) for line in range(1, 500)], limit=3)

    assert whole.splitlines()[-1] == "... and 496 more problems"
    assert len(whole.splitlines()) == 4


def test_a_column_beyond_the_line() -> None:
    """The end of a line has a caret too."""
    line, before = caret_at("a: [", 5)

    assert line == before.rstrip()
