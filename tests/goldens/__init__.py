"""Golden reports: what every format says of every example. `python -m tests.goldens` rewrites them; read the difference."""

from collections.abc import Iterator
from pathlib import Path

from dnndoctor.report.formats import render
from dnndoctor.report.look import Look
from tests.report.examples import all_examples

FOLDER = Path(__file__).parent

LOOKS = {
    "80": Look(80),
    "40": Look(40),
    "200": Look(120, columns=200),
    "80_ascii": Look(80, unicode=False),
    "80_colour": Look(80, colour=True),
    "80_verbose": Look(80, verbose=True),
}

SHOWN = {
    "healthy": ("80",),
    "sick": tuple(LOOKS),
    "suspect": ("80",),
    "partial": ("80",),
    "inconclusive": ("80", "40"),
    "unexaminable": ("80", "40"),
    "hostile": ("80_verbose", "80_ascii", "40"),
}
"""Looks by example: every example at 80 columns, and the richest and the worst one in all."""


def reports() -> Iterator[tuple[Path, str]]:
    """The file of every golden report, and what it must hold."""
    for name, checkup in all_examples().items():
        yield FOLDER / f"{name}.json", render("json", checkup, Look())
        for look in SHOWN[name]:
            yield FOLDER / f"{name}_{look}.txt", render("text", checkup, LOOKS[look])
