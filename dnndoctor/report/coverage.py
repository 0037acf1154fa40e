"""What the doctor looks at: the catalogue's lines, each with the experiments and rules that cover it, for a terminal."""

from typing import Any

from dnndoctor.catalogue import CATALOGUE, Line
from dnndoctor.diagnosis.diagnose import rules
from dnndoctor.experiments import Experiment
from dnndoctor.report.look import Look
from dnndoctor.report.sheet import Sheet
from dnndoctor.rules import Rule
from dnndoctor.shelf import classes_in


def covering(line: Line) -> tuple[type[Experiment[Any]] | type[Rule], ...]:
    """What covers a line of the catalogue, the experiments first.

    Args:
        line: Of the catalogue.
    """
    shelf: tuple[type[Experiment[Any]], ...] = classes_in("dnndoctor.experiments", Experiment)
    ladder = sorted(shelf, key=lambda each: (each.height, each.name))
    everything: list[type[Experiment[Any]] | type[Rule]] = [*ladder, *rules()]
    return tuple(each for each in everything if line.id in each.covers)


def coverage_table(look: Look) -> str:
    """The catalogue, line by line.

    Args:
        look: Where it is shown.
    """
    sheet = Sheet(look)
    column = max(len(line.id) for line in CATALOGUE) + 2
    for line in CATALOGUE:
        by = ", ".join(each.name if issubclass(each, Experiment) else each.code for each in covering(line))
        text = ((f"{line.what}: ", ""), (by or f"not covered: {line.why_not}", "dim"))
        if look.width - column >= 40:
            sheet.paragraph(*text, rest=column, label=(line.id, "bold"))
        else:
            sheet.paragraph((line.id, "bold"))
            sheet.paragraph(*text, first=2, rest=2)
    return str(sheet)
