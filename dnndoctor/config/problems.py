"""The problems of a config as text: place, message, the line with a caret under the column, and a hint."""

from collections.abc import Sequence

from dnndoctor.config.words import escaped, shown_width
from dnndoctor.errors import ConfigProblem

SHOWN_PROBLEMS = 50
"""More are counted, not shown: so many have one cause, such as a file that is no config."""

_TAB = "    "
_CUT = "..."


def render_problems(problems: Sequence[ConfigProblem], width: int = 100, limit: int = SHOWN_PROBLEMS) -> str:
    """Plain text for a terminal or a log; nothing that the user's file holds can act on the terminal.

    Args:
        problems: In the order in which they are shown.
        width: Columns that the quoted line may take; a longer one is cut around the caret.
        limit: How many are shown.

    Returns:
        Lines without a final line break.
    """
    blocks = [_render(problem, max(width, 40)) for problem in problems[:limit]]
    if len(problems) > limit:
        blocks.append(f"... and {len(problems) - limit} more problems")
    return "\n".join(blocks)


def _render(problem: ConfigProblem, width: int) -> str:
    place = _shortened(escaped(problem.source), width)
    if problem.line is not None:
        place += f":{problem.line}" + (f":{problem.column}" if problem.column is not None else "")
    lines = [f"{place}: {escaped(problem.message)}"]
    if problem.text is not None and problem.text.strip():
        lines += _excerpt(problem.text, problem.column, width - len(_TAB))
    hint_lines = problem.hint.splitlines()
    lines += [("  hint: " if index == 0 else "        ") + escaped(line) for index, line in enumerate(hint_lines)]
    return "\n".join(lines)


def _excerpt(text: str, column: int | None, width: int) -> list[str]:
    """The line, cut where it is long, and a caret under the column."""
    at = (column or 1) - 1
    # Only so much can be shown on either side, and a hostile line may be a megabyte.
    before = _visible(text[max(0, at - width) : at])
    after = _visible(text[at : at + width])
    cut_before = at > width
    budget = width // 2 if shown_width("".join(after)) > width // 2 else width - shown_width("".join(after))
    while shown_width("".join(before)) > budget - 2 * len(_CUT):
        before.pop(0)
        cut_before = True
    lead = (_CUT if cut_before else "") + "".join(before)
    cut_after = len(text) > at + width
    while after and shown_width(lead + "".join(after)) > width - len(_CUT):
        after.pop()
        cut_after = True
    shown = lead + "".join(after) + (_CUT if cut_after else "")
    lines = [_TAB + shown.rstrip()]
    return [*lines, _TAB + " " * shown_width(lead) + "^"] if column is not None else lines


def _visible(text: str) -> list[str]:
    """Each character as it is shown."""
    return [_TAB if character == "\t" else escaped(character) for character in text]


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - len(_CUT)] + _CUT
