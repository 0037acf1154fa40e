"""Which charts a report shows, and how they stand beside each other."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from dnndoctor.report.look import Look
from dnndoctor.report.text import Text
from tests.report.examples import CHARTS, all_examples, healthy, sick, suspect

SWEEP = "How far 300 steps come at each learning rate"
MEMORY = "The loss while a handful of samples is memorised"


def shown(report: str) -> list[str]:
    """Titles of the charts in a report, in their order."""
    return sorted((title for title in (SWEEP, MEMORY) if title in report), key=report.index)


def test_healthy_model_gets_charts_on_demand() -> None:
    """A report that says all is well shows none; with -v all of them, in the order of the climb."""
    assert shown(Text().render(healthy(), Look())) == []
    assert shown(Text().render(healthy(), Look(verbose=True))) == [MEMORY, SWEEP]


def test_first_finding_chooses() -> None:
    """The rungs of its evidence, in its order, and always the sweep."""
    assert shown(Text().render(sick(), Look())) == [SWEEP, MEMORY]
    assert shown(Text().render(suspect(), Look())) == [SWEEP]


def test_only_the_first_chart_of_a_rung_is_shown() -> None:
    """The first picture of a rung is the most telling; -v shows the others."""
    second = replace(CHARTS["memorise"][0], title="Another picture")
    checkup = replace(sick(), charts=CHARTS | {"memorise": (*CHARTS["memorise"], second)})

    assert "Another picture" not in Text().render(checkup, Look())
    assert "Another picture" in Text().render(checkup, Look(verbose=True))


@pytest.mark.parametrize(("columns", "abreast"), [(80, False), (120, False), (160, True), (200, True), (400, True)])
def test_wide_terminal_gets_two_beside_each_other(columns: int, abreast: bool) -> None:
    """Both titles are then in the same picture, and nothing is wider than the terminal."""
    report = Text().render(sick(), Look(min(columns, 120), columns=columns))
    section = report.partition("Measured ")[2].partition("\nLadder ")[0]

    assert max(map(cell_len, report.splitlines())) <= columns
    assert any(line.count("└") == 2 for line in section.splitlines()) is abreast


def test_nothing_to_show_leaves_no_heading() -> None:
    """A report without charts has no section for them."""
    for checkup in all_examples().values():
        assert "Measured" not in Text().render(replace(checkup, charts={}), Look())
