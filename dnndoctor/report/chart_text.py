"""The charts of a report on a sheet: which of them are shown, and side by side where there is room."""

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from dnndoctor.diagnosis.diagnose import Diagnosis, Verdict
from dnndoctor.evidence.chart import Chart
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.report.look import Look
from dnndoctor.report.plot import NARROWEST, plot
from dnndoctor.report.sheet import Piece, Sheet

_INDENT = 2
_GAP = 4
_WIDEST = 118
"""Columns of one chart beyond which its picture is flat and shows no more; a wider terminal gets two beside each other."""

_SIDE_BY_SIDE = 76
"""Columns from which a chart is given half of the terminal rather than all of it: what it has on one of 80."""

_SHOWN = 3
"""What is shown without -v; the first picture of a rung is the most telling one."""


def write_charts(sheet: Sheet, charts: Mapping[str, tuple[Chart, ...]], diagnosis: Diagnosis) -> None:
    """Writes the charts that show what the first finding says; with -v all of them. Nothing where there is none to show.

    Args:
        sheet: Where to.
        charts: By the name of the rung, in the order of the climb.
        diagnosis: Whose verdict and first finding choose.
    """
    look = sheet.look
    shown = [chart for rung in charts for chart in charts[rung]] if look.verbose else list(_chosen(charts, diagnosis))
    if not shown:
        return
    sheet.rule("Measured")
    room = max(look.columns or look.width, look.width) - _INDENT
    half = (room - _GAP) // 2
    abreast = 2 if half >= _SIDE_BY_SIDE and len(shown) > 1 else 1
    width = min(half if abreast == 2 else room, _WIDEST)
    for first in range(0, len(shown), abreast):
        if first:
            sheet.blank()
        for row in _beside([plot(chart, look, max(width, NARROWEST)) for chart in shown[first : first + abreast]], look, width):
            sheet.row(*row, indent=_INDENT)


def _chosen(charts: Mapping[str, tuple[Chart, ...]], diagnosis: Diagnosis) -> Iterator[Chart]:
    """The first chart of each rung that the first finding's evidence comes from, and of the sweep, unless all is well."""
    if diagnosis.verdict is Verdict.HEALTHY or not diagnosis.findings:
        return
    evidence = diagnosis.findings[0].finding.evidence
    rungs = dict.fromkeys((*(statement.rung for statement in evidence), LearningRateSweep.name))
    telling = [rung for rung in rungs if charts.get(rung)][:_SHOWN]
    yield from (charts[rung][0] for rung in telling)


def _beside(pictures: Sequence[list[list[Piece]]], look: Look, width: int) -> Iterator[list[Piece]]:
    """Rows of pictures that stand side by side, their lower edges on one line."""
    height = max(map(len, pictures))
    padded: list[list[list[Piece]]] = [[[] for _ in range(height - len(picture))] + picture for picture in pictures]
    for parts in zip(*padded, strict=True):
        row: list[Piece] = []
        for number, part in enumerate(parts):
            row += part
            if number < len(parts) - 1:
                used = sum(cell_len(look.text(piece if isinstance(piece, str) else piece[0])) for piece in part)
                row.append(" " * (width + _GAP - used))
        yield row
