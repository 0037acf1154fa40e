"""A sheet of text of a given width: paragraphs with a hanging indent, styled or plain. No markup is ever interpreted."""

from io import StringIO
from typing import TypeAlias

from rich.console import Console
from rich.text import Text

from dnndoctor.report.look import Look

Piece: TypeAlias = str | tuple[str, str]
"""Some text, or some text and its style ("bold red")."""

_DIFF_STYLES = {"+": "green", "-": "red"}


class Sheet:
    """Text that is written from top to bottom; every piece is made safe on its way in."""

    def __init__(self, look: Look) -> None:
        """Starts an empty sheet.

        Args:
            look: Where it will be shown.
        """
        self.look = look
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=look.width,
            force_terminal=look.colour,
            color_system="standard" if look.colour else None,
            no_color=not look.colour,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def paragraph(self, *pieces: Piece, first: int = 0, rest: int | None = None, label: Piece | list[Piece] = "") -> None:
        """Writes pieces side by side, wrapped at words.

        Args:
            pieces: What to write.
            first: Columns left free before the label, or before the first line where there is no label.
            rest: Columns left free before the lines after the first, and before the first too where there is a label; as
                `first` where None.
            label: Stands in the margin between `first` and `rest`; where it is wider, on a line of its own.
        """
        rest = first if rest is None else rest
        head = self.styled(*label) if isinstance(label, list) else self.styled(label)
        head.pad_left(first)
        if head.plain.strip():
            if head.cell_len > rest:
                self._write(head)
                head = Text()
            head.pad_right(rest - head.cell_len)
        room = max(self.look.width - max(head.cell_len, rest), 8)
        for number, line in enumerate(self.styled(*pieces).wrap(self._console, room, overflow="fold") or [Text()]):
            self._write((head if number == 0 else Text(" " * rest)) + line)

    def code(self, text: str, *, indent: int) -> None:
        """Writes lines of code, each after a bar; a line that is too long goes on below, without one."""
        bar = self.look.glyphs("│ ")
        for line in text.splitlines():
            spaces = len(line) - len(line.lstrip())
            self.paragraph((line.strip(), "cyan"), first=indent, rest=indent + len(bar) + spaces, label=(bar, "dim"))

    def diff(self, text: str, *, indent: int) -> None:
        """Writes a unified diff, each line after a bar; a line that is too long goes on below, without one.

        Args:
            text: The diff.
            indent: Columns left free.
        """
        bar = self.look.glyphs("│ ")
        for line in text.expandtabs(4).splitlines():
            head = line.startswith(("--- ", "+++ ", "@@ "))
            style = "bold" if head else _DIFF_STYLES.get(line[:1], "dim")
            sign, code = ("", line) if head else (line[:1], line[1:])
            spaces = min(len(code) - len(code.lstrip()), self.look.width // 4)
            self.paragraph(
                (code.strip(), style),
                first=indent,
                rest=indent + len(bar) + len(sign) + spaces,
                label=[(bar, "dim"), (sign, style)],
            )

    def row(self, *pieces: Piece, indent: int = 0) -> None:
        """Writes pieces side by side as they are, spaces and all; whoever makes them sees to it that they fit."""
        self._write(Text(" " * indent) + self.styled(*pieces))

    def rule(self, title: str) -> None:
        """Writes a heading with a thin line to the right edge."""
        line = self.look.glyphs("─") * max(self.look.width - len(title) - 1, 0)
        self.blank()
        self._write(Text.assemble((title, "bold"), " ", (line, "dim")))

    def blank(self) -> None:
        """Writes an empty line."""
        self._file.write("\n")

    def styled(self, *pieces: Piece) -> Text:
        """Pieces as one rich text, safe."""
        styled = Text(end="")
        for piece in pieces:
            text, style = piece if isinstance(piece, tuple) else (piece, "")
            styled.append(self.look.text(text), style or None)
        return styled

    def __str__(self) -> str:
        return self._file.getvalue()

    def _write(self, line: Text) -> None:
        line.rstrip()
        self._console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
