"""How a report may look where it is shown, and the one function that makes any text safe to show there."""

# ruff: noqa: RUF001  # the table is about characters that look like others

from dataclasses import dataclass

_ASCII = str.maketrans(
    {
        "→": "->",
        "←": "<-",
        "×": "x",
        "·": "-",
        "…": "...",
        "–": "-",
        "—": "-",
        "−": "-",
        "≥": ">=",
        "≤": "<=",
        "≈": "~",
        "±": "+/-",
        "²": "^2",
        "µ": "u",
        "σ": "sigma",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "─": "-",
        "│": "|",
        "✔": "+",
        "✘": "x",
        "▲": "!",
        "○": "-",
        "●": "*",
        "▶": ">",
    }
)


def safe(text: str) -> str:
    """Any text as one line that moves no cursor, hides nothing and changes no direction.

    Everything that Unicode calls unprintable (control and escape characters, line ends, bidirectional and zero-width
    marks, lone surrogates, exotic spaces) becomes its backslash escape, so a hostile layer name is seen for what it is.

    Args:
        text: Whatever came from the user's model, data, paths or exceptions.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text)


def safe_lines(text: str) -> list[str]:
    """Text of several lines, each made `safe`; line ends are kept as such, tabs become four spaces."""
    return [safe(line.expandtabs(4)) for line in text.splitlines()]


@dataclass(frozen=True, slots=True)
class Look:
    """What the place where a report is shown can do.

    Attributes:
        width: Columns that text may take.
        columns: Columns that there are, for pictures; 0 for as many as text may take.
        unicode: Whether more than ASCII can be shown.
        colour: Whether ANSI colours may be used.
        verbose: Whether all trials and the ranking's terms are shown too.
    """

    width: int = 80
    unicode: bool = True
    colour: bool = False
    verbose: bool = False
    columns: int = 0

    def text(self, text: str) -> str:
        """That text, safe, and in ASCII where nothing else can be shown."""
        return self.glyphs(safe(text))

    def glyphs(self, text: str) -> str:
        """Our own signs, or what stands for them in ASCII; anything else outside ASCII becomes its escape."""
        if self.unicode or text.isascii():
            return text
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode()
