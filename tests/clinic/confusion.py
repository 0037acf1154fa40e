"""Which cause is taken for which: true against first named, over patients with one fault or none."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from tests.clinic.patients import Truth
from tests.clinic.score import Answers

Confusion = Mapping[tuple[str, str], int]
"""How many patients, by true cause and first named one."""

HEALTHY = "healthy"
NOTHING = "nothing"

CELL = 22
"""Pixels; the text in it is half as high."""

MARGIN = 160
"""Pixels beside and above the cells, for the longest cause."""


def confusion(truths: Iterable[Truth], answers: Answers) -> Confusion:
    """Counts; patients without an answer, or with several faults, are left out.

    Args:
        truths: Of the patients.
        answers: What was named.
    """
    single = [truth for truth in truths if truth.id in answers and len(truth.faults) <= 1]
    return Counter((next(iter(truth.faults), HEALTHY), next(iter(answers[truth.id]), NOTHING)) for truth in single)


def confusion_lines(counts: Confusion) -> Iterator[str]:
    """The matrix as text: a row for each true cause, a numbered column for each named one, a dot for none.

    Args:
        counts: See `confusion`.
    """
    if not counts:
        return
    rows, columns = _axes(counts)
    numbers = {cause: number for number, cause in enumerate(columns, 1)}
    yield ""
    yield f"{'true, and first named:':<28}" + "".join(f"{numbers[cause]:>4}" for cause in columns)
    for row in rows:
        cells = "".join(f"{counts.get((row, column)) or '.':>4}" for column in columns)
        yield f"{numbers.get(row, ''):>4}  {row:<22}{cells}"
    for column in columns:
        if column not in rows:
            yield f"{numbers[column]:>4}  {column}, named only"


def confusion_svg(counts: Confusion) -> str:
    """The matrix as a picture, darker where more; what is right is green.

    Args:
        counts: See `confusion`.
    """
    rows, columns = _axes(counts)
    width, height = MARGIN + CELL * len(columns) + 10, MARGIN + CELL * len(rows) + 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="11">',
            "<title>True cause by row, first named cause by column</title>",
            *(_label(MARGIN - 6, MARGIN + CELL * y + 15, row) for y, row in enumerate(rows)),
            *(_label(MARGIN + CELL * x + 15, MARGIN - 6, column, turned=True) for x, column in enumerate(columns)),
            *_cells(counts, rows, columns),
            "</svg>",
            "",
        ]
    )


def _cells(counts: Confusion, rows: list[str], columns: list[str]) -> Iterator[str]:
    for y, row in enumerate(rows):
        most = max(counts.get((row, column), 0) for column in columns)
        for x, column in enumerate(columns):
            count = counts.get((row, column), 0)
            right = row == column or (row, column) == (HEALTHY, NOTHING)
            colour = "#1a7f37" if right else "#cf222e"
            left, top = MARGIN + CELL * x, MARGIN + CELL * y
            yield (
                f'<rect x="{left}" y="{top}" width="{CELL - 1}" height="{CELL - 1}" '
                f'fill="{colour if count else "#f0f0f0"}" fill-opacity="{0.25 + 0.75 * count / most if count else 1:.2f}"/>'
            )
            if count:
                yield f'<text x="{left + CELL / 2:g}" y="{top + 15}" text-anchor="middle">{count}</text>'


def _label(x: int, y: int, words: str, *, turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x} {y})"' if turned else ' text-anchor="end"'
    return f'<text x="{x}" y="{y}"{turn}>{escape(words)}</text>'


def _axes(counts: Confusion) -> tuple[list[str], list[str]]:
    """True causes and named ones in one alphabetical order, health and silence last."""
    rows = sorted({row for row, _ in counts}, key=lambda cause: (cause == HEALTHY, cause))
    columns = sorted({column for _, column in counts}, key=lambda cause: (cause == NOTHING, cause))
    return rows, columns
