"""CSV tables of numbers, with a header."""

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.data.parts import Rows, unreadable

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""Cells that mean "no value"; they become NaN, which is a fact and not an error."""

_BLOCK = 10_000
"""So many lines are held as Python numbers at a time: those take eight times the room of an array."""


def read_csv(path: Path, shown: str, targets: list[str], weight: str | None) -> Rows:
    """The columns of a table as arrays of numbers.

    Args:
        path: The file.
        shown: What to call it in errors.
        targets: Names of the target columns; one gives targets of shape (rows,), several (rows, columns).
        weight: Name of the column of sample weights, None where there is none.

    Raises:
        SubjectError: There is no header, a named column is missing, or a cell is not a number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, values = _read(csv.reader(file), shown)
    except UnicodeDecodeError as error:
        raise unreadable(f"`{shown}` is not UTF-8 text: {error}.", "Save it as UTF-8.") from error
    for name in [*targets, *([weight] if weight else [])]:
        if name not in header:
            raise unreadable(
                f"`{shown}` has no column `{name}`.", "Its columns are: " + ", ".join(f"`{column}`" for column in header) + "."
            )
    inputs = [index for index, name in enumerate(header) if name not in targets and name != weight]
    if not inputs:
        raise unreadable(f"`{shown}` has no column beside its targets.", "Add the input columns.")
    y = values[:, [header.index(name) for name in targets]]
    return Rows(values[:, inputs], y[:, 0] if len(targets) == 1 else y, values[:, header.index(weight)] if weight else None)


def _read(reader: Iterator[list[str]], shown: str) -> tuple[list[str], Array]:
    header = [name.strip() for name in next(reader, [])]
    if not header:
        raise unreadable(f"`{shown}` is empty.", "It needs a header with the columns' names, then one row a line.")
    if all(_number(name) is not None for name in header):
        raise unreadable(f"`{shown}` has no header: its first line holds numbers.", "Put the columns' names into its first line.")
    blocks = [np.empty((0, len(header)))]
    next_line = 2
    while lines := list(itertools.islice(reader, _BLOCK)):
        rows = [_row(cells, header, f"`{shown}`, line {line}") for line, cells in enumerate(lines, start=next_line) if cells]
        next_line += len(lines)
        blocks.append(np.asarray(rows, dtype=np.float64).reshape(len(rows), len(header)))
    return header, np.concatenate(blocks)


def _row(cells: list[str], header: list[str], where: str) -> list[float]:
    if len(cells) != len(header):
        raise unreadable(f"{where}: {len(cells)} cells where the header has {len(header)}.", "Mend the line.")
    row: list[float] = []
    for name, cell in zip(header, cells, strict=True):
        number = _number(cell)
        if number is None:
            raise unreadable(
                f"{where}, column `{name}`: {cell[:40]!r} is not a number.", "Encode text as numbers, or leave it out."
            )
        row.append(number)
    return row


def _number(cell: str) -> float | None:
    text = cell.strip()
    if text.lower() in _MISSING:
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return None
