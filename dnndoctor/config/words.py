"""Words that messages are made of: what was found, quoted safely, and the nearest right spelling."""

import difflib
import unicodedata
from collections.abc import Iterable

from dnndoctor.config.tree import Node

QUOTED_LENGTH = 60
"""Characters of the user's own text that a message shows."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what a terminal would obey, reorder or not show."""


def escaped(text: str) -> str:
    """A text in which nothing can move the cursor, change colours or hide: such characters by their numbers, as in Python."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) for character in text)


def shown_width(text: str) -> int:
    """Columns that an escaped text takes in a terminal: wide East Asian characters two, combining ones none."""
    return sum(
        0
        if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def quoted(text: object) -> str:
    """The user's text in a message: escaped, shortened, between backticks."""
    whole = escaped(str(text)[: QUOTED_LENGTH + 1])
    return f"`{whole if len(whole) <= QUOTED_LENGTH else whole[: QUOTED_LENGTH - 3] + '...'}`"


def found(node: Node) -> str:
    """What stands in the config, in words."""
    content = node.content
    if isinstance(content, dict):
        return f"a mapping with {listed(content)}" if content else "an empty mapping"
    if isinstance(content, tuple):
        return f"a list of {len(content)}" if content else "an empty list"
    if content is None:
        return "nothing"
    if isinstance(content, str):
        return f"the text {quoted(content)}" if content.strip() else "an empty text"
    return quoted(node.raw) if isinstance(content, bool) else f"the number {quoted(node.raw)}"


def listed(names: Iterable[object], last: str = "and") -> str:
    """Names between backticks, at most eight of them: "`a`, `b` and `c`"."""
    words = [quoted(name) for name in names]
    if len(words) > 8:
        words = [*words[:7], f"{len(words) - 7} more"]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def nearest(word: object, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that is most like this one, upper and lower case, `-` and `_` being the same; None where none is.

    Args:
        word: What was written.
        known: Right spellings.
        cutoff: The least similarity, difflib's ratio; 0.6 is difflib's own default, which finds two slips in a word of six.
    """
    spellings = {_plain(name): name for name in known}
    # A text as long as a page is no misspelt word, and difflib takes quadratic time.
    close = difflib.get_close_matches(_plain(str(word)[:100]), spellings, n=1, cutoff=cutoff)
    return spellings[close[0]] if close else None


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """A hint with the nearest right spelling; empty where none is near."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near is not None else ""


def flow(value: object) -> str:
    """A value as YAML writes it in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {flow(entry)}" for key, entry in value.items()) + "}"
        case list():
            return "[" + ", ".join(flow(item) for item in value) + "]"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _plain(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")
