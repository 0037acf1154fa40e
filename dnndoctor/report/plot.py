"""A chart in characters, at any width: Braille dots where they can be shown, ASCII elsewhere.

Lines are told apart by a sign of their own as well as by colour. A value that is not finite, or that a logarithmic axis has no
place for, is a gap.
"""

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, set_cell_size

from dnndoctor.evidence.chart import Chart
from dnndoctor.report.axis import Axis, fit
from dnndoctor.report.look import Look
from dnndoctor.report.sheet import Piece

NARROWEST = 24
"""Columns below which nothing can be read off; charts are then drawn this wide all the same."""

_SIGNS = "●■▲◆○□△◇"
_ASCII_SIGNS = "o#^*x%@&"
_STYLES = ("cyan", "magenta", "yellow", "green", "bright_blue", "red", "bright_cyan", "bright_magenta")
_MARK_STYLE = "bold"
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a Braille cell by row and column of the dot; the characters begin at U+2800."""

_LOWEST, _TALLEST = 6, 14
"""Rows of the picture; an eighth of its columns in between: as characters are twice as high as wide, it is four times as wide."""

_COLUMNS_A_TICK = 12
_ROWS_A_TICK = 3
_COLUMNS_A_SIGN = 16
"""Between two signs of a line with more points than can be pointed out one by one."""


@dataclass(slots=True)
class _Raster:
    """The picture as cells.

    Attributes:
        columns, rows: Of characters.
        fine: Dots by column and row in a character.
        cells: Character and style by row and column.
    """

    columns: int
    rows: int
    fine: tuple[int, int]
    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def put(self, row: int, column: int, character: str, style: str) -> None:
        """Draws a character."""
        self.cells[row, column] = (character, style)

    def dot(self, x: int, y: int, style: str, character: str) -> None:
        """Draws a dot; x counts from the left and y from the top, in dots. Where there are no fine ones, the character."""
        wide, high = self.fine
        place = (y // high, x // wide)
        if wide > 1:
            before = self.cells.get(place, ("", ""))[0]
            bits = ord(before) - 0x2800 if before and 0x2800 <= ord(before) <= 0x28FF else 0
            character = chr(0x2800 + (bits | _DOTS[y % high][x % wide]))
        self.cells[place] = (character, style)

    def row(self, row: int) -> Iterator[Piece]:
        """A row as pieces of one style each."""
        cells = [self.cells.get((row, column), (" ", "")) for column in range(self.columns)]
        for style, run in itertools.groupby(cells, key=lambda cell: cell[1]):
            yield "".join(character for character, _ in run), style


def plot(chart: Chart, look: Look, width: int) -> list[list[Piece]]:
    """Draws a chart.

    Args:
        chart: What to draw.
        look: Whether Unicode can be shown.
        width: Columns; no line is wider.

    Returns:
        Its lines: title, legend, picture, axis. All text is safe.
    """
    width = max(width, NARROWEST)
    lines: list[list[Piece]] = [[(text, "bold")] for text in _wrapped(look.text(chart.title), width)]
    names = list(chart.lines)[: len(_SIGNS)]
    heights = [height for name in names for height in chart.lines[name]]
    nothing = fit(heights, logarithmic=chart.log_y, most_ticks=2) is None
    vertical = fit([*heights, *chart.spans], logarithmic=chart.log_y, most_ticks=_picture_rows(width) // _ROWS_A_TICK + 1)
    horizontal = fit([*chart.x, *chart.marks.values()], logarithmic=chart.log_x, most_ticks=max(2, width // _COLUMNS_A_TICK))
    if nothing or vertical is None or horizontal is None:
        why = "nothing in it can be drawn: no value is finite" + " and positive" * chart.log_y
        lines += [[(text, "dim")] for text in _wrapped(why, width)]
        return lines
    lines += _legend(chart, names, look, width)
    left = max(cell_len(text) for _, text in vertical.ticks)
    raster = _Raster(width - left - 2, _picture_rows(width), (2, 4) if look.unicode else (1, 1))
    lines += [[" " * (left + 2), (text, _MARK_STYLE)] for text in _mark_rows(chart, horizontal, raster, look)]
    for number, name in enumerate(names):
        _draw_line(raster, chart, name, number, horizontal, vertical, look)
    labels = {_row_of(vertical, value, raster): text for value, text in vertical.ticks}
    beside, bar = ("┤", "│") if look.unicode else ("+", "|")
    for row in range(raster.rows):
        text = labels.get(row, "")
        lines.append([(f"{text:>{left}} {beside if text else bar}", "dim"), *raster.row(row)])
    lines += _axis_rows(chart, horizontal, raster, left, look)
    return lines


def _picture_rows(width: int) -> int:
    return max(_LOWEST, min(_TALLEST, width // 8))


def _wrapped(text: str, width: int, most: int = 2) -> list[str]:
    """At most so many lines of text, none wider than that; what is more is cut."""
    lines = textwrap.wrap(text, width, max_lines=most, placeholder=" ...") or [""]
    return [_cut(line, width) for line in lines]


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 3, 0)).rstrip() + "..."[:width]


def _legend(chart: Chart, names: Sequence[str], look: Look, width: int) -> list[list[Piece]]:
    """What the heights are, and the sign of each line where there are several."""
    over = " (log axis)" if chart.log_y else ""
    label = look.text(chart.y_label) + over
    rows: list[list[Piece]] = [[(line, "dim")] for line in _wrapped(label, width, 1)]
    if len(names) < 2:
        return rows
    row: list[Piece] = []
    used = 0
    for number, name in enumerate(names):
        text = _cut(f"{_sign(number, look)} {look.text(name)}", width)
        if row and used + 3 + cell_len(text) > width:
            rows.append(row)
            row, used = [], 0
        if row:
            row.append("   ")
            used += 3
        row.append((text, _STYLES[number]))
        used += cell_len(text)
    rows.append(row)
    if len(chart.lines) > len(names):
        rows.append([(_cut(f"{len(chart.lines) - len(names)} more are not drawn", width), "dim")])
    return rows


def _sign(number: int, look: Look) -> str:
    return (_SIGNS if look.unicode else _ASCII_SIGNS)[number]


def _row_of(vertical: Axis, value: float, raster: _Raster) -> int:
    share = vertical.place(value)
    assert share is not None  # ticks lie on their axis
    return (raster.rows * raster.fine[1] - 1 - round(share * (raster.rows * raster.fine[1] - 1))) // raster.fine[1]


def _column_of(horizontal: Axis, value: float, raster: _Raster) -> int | None:
    share = horizontal.place(value)
    return None if share is None else round(share * (raster.columns * raster.fine[0] - 1)) // raster.fine[0]


def _draw_line(raster: _Raster, chart: Chart, name: str, number: int, horizontal: Axis, vertical: Axis, look: Look) -> None:
    """Draws one line through its points, and its sign on them."""
    wide, high = raster.columns * raster.fine[0] - 1, raster.rows * raster.fine[1] - 1
    points: list[tuple[int, int] | None] = []
    for x, y in zip(chart.x, chart.lines[name], strict=True):
        across, up = horizontal.place(x), vertical.place(y)
        points.append(None if across is None or up is None else (round(across * wide), high - round(up * high)))
    drawn = [point for point in points if point is not None]
    few = 3 * len(drawn) <= raster.columns
    style, sign = _STYLES[number], _sign(number, look)
    between = "." if few else sign
    for before, after in itertools.pairwise(points):
        if before is not None and after is not None:
            for x, y in _stretch(before, after):
                raster.dot(x, y, style, between)
    for x, y in drawn:
        raster.dot(x, y, style, sign)
    if few:
        signed = drawn
    elif len(chart.lines) > 1:
        # Each line's signs begin elsewhere, so that lines on top of each other do not hide each other's.
        offset = _COLUMNS_A_SIGN * (number + 1) // (min(len(chart.lines), len(_SIGNS)) + 1)
        wanted = range(offset, raster.columns, _COLUMNS_A_SIGN)
        by_column = {x // raster.fine[0]: (x, y) for x, y in drawn}
        signed = [by_column[column] for column in wanted if column in by_column] or drawn[-1:]
    else:
        signed = []
    for x, y in signed:
        raster.put(y // raster.fine[1], x // raster.fine[0], sign, style)


def _stretch(before: tuple[int, int], after: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots of a straight line between two."""
    steps = max(abs(after[0] - before[0]), abs(after[1] - before[1]), 1)
    for step in range(steps + 1):
        share = step / steps
        yield round(before[0] + share * (after[0] - before[0])), round(before[1] + share * (after[1] - before[1]))


def _mark_rows(chart: Chart, horizontal: Axis, raster: _Raster, look: Look) -> list[str]:
    """Draws the vertical marks, and says above the picture what they are: as few rows as hold all texts side by side."""
    rows: list[str] = []
    line = "┊" if look.unicode else ":"
    at = {name: column for name, x in chart.marks.items() if (column := _column_of(horizontal, x, raster)) is not None}
    for name, column in sorted(at.items(), key=lambda entry: entry[1]):
        for row in range(raster.rows):
            raster.put(row, column, line, _MARK_STYLE)
        text = _cut(look.text(name), raster.columns - 2)
        if column + 2 + cell_len(text) <= raster.columns:
            start, text = column, f"{line} {text}"
        else:
            start, text = max(0, column - 1 - cell_len(text)), f"{text} {line}"
        for number, row_text in enumerate(rows):
            if cell_len(row_text) < start:
                rows[number] = row_text + " " * (start - cell_len(row_text)) + text
                break
        else:
            rows.append(" " * start + text)
    return rows


def _axis_rows(chart: Chart, horizontal: Axis, raster: _Raster, left: int, look: Look) -> list[list[Piece]]:
    """The horizontal axis: a line with ticks, their names below, and what it is."""
    corner, flat, tick = ("└", "─", "┬") if look.unicode else ("+", "-", "+")
    named = tuple((value, look.text(name)) for value, name in sorted(chart.ticks.items())) or horizontal.ticks
    line = [flat] * raster.columns
    texts = ""
    columns = [(column, text) for value, text in named if (column := _column_of(horizontal, value, raster)) is not None]
    for column, text in columns:
        # Room for as much of a name as stands between two of them; the rest have their tick only.
        shown = _cut(text, max(raster.columns // 3, 6))
        start = min(max(0, column - cell_len(shown) // 2), raster.columns - cell_len(shown))
        line[column] = tick
        if start >= cell_len(texts) + (1 if texts else 0):
            texts += " " * (start - cell_len(texts)) + shown
    over = " (log axis)" if chart.log_x else ""
    label = _cut(look.text(chart.x_label) + over, raster.columns)
    margin = " " * (left + 2)
    return [
        [(" " * (left + 1) + corner + "".join(line), "dim")],
        [margin, (texts, "dim")],
        [margin, (" " * ((raster.columns - cell_len(label)) // 2) + label, "dim")],
    ]
