"""Charts in characters."""

import math

import pytest
from rich.cells import cell_len

from dnndoctor.evidence.chart import Chart
from dnndoctor.report.look import Look
from dnndoctor.report.plot import NARROWEST, plot
from dnndoctor.report.sheet import Sheet
from tests.report.examples import HOSTILE

RATES = tuple(0.3 * 10.0**power for power in range(-3, 4))
SWEEP = Chart(
    "How far 200 steps come at each learning rate",
    RATES,
    {
        "progress": (0.43, 0.95, 0.94, 0.0, -0.2, math.nan, math.nan),
        "usable": (math.nan, 0.95, 0.94, math.nan, math.nan, math.nan, math.nan),
        "NaN": (math.nan,) * 5 + (-1.0, -1.0),
    },
    x_label="learning rate",
    y_label="progress",
    log_x=True,
    marks={"your rate 0.3": 0.3},
)
STEPS = tuple(float(step) for step in range(400))
LOSSES = Chart(
    "The loss of your own recipe",
    STEPS,
    {f"seed {seed}": tuple(2.3 * 0.97**step + seed for step in STEPS) for seed in range(3)},
    x_label="step",
    y_label="loss",
    log_y=True,
)
DEPTH = Chart(
    "Gradient norm over depth",
    STEPS[:40],
    {"norm": tuple(10.0**-step for step in range(40))},
    x_label="layer",
    y_label="norm",
    log_y=True,
    ticks={float(place): f"block_{place}/conv2d_{place}" for place in range(40)},
)
HOSTILE_CHART = Chart(
    HOSTILE,
    STEPS[:4],
    {HOSTILE: (1.0, 2.0, math.nan, math.inf), "漢字" * 60: (0.0, -math.inf, 1e308, -1e308)},
    x_label=HOSTILE,
    y_label="漢字" * 60,
    marks={HOSTILE: 1.0, "漢字" * 60: 2.0, "nowhere": math.nan},
    ticks={0.0: HOSTILE, 3.0: "漢字" * 60},
)
NOTHING = Chart("Nothing", (0.0, 1.0), {"a": (math.nan, math.inf)}, x_label="x", y_label="y")
MANY = Chart("Many", (0.0, 1.0), {f"line {number}": (0.0, float(number)) for number in range(12)}, x_label="x", y_label="y")
ALL = (SWEEP, LOSSES, DEPTH, HOSTILE_CHART, NOTHING, MANY)


def drawn(chart: Chart, width: int = 80, *, unicode: bool = True) -> list[str]:
    """The chart as it stands on a sheet without colours."""
    look = Look(width, unicode=unicode)
    sheet = Sheet(look)
    for line in plot(chart, look, width):
        sheet.row(*line)
    return str(sheet).splitlines()


def column_of(rows: list[str], character: str) -> set[int]:
    """Columns in which a character stands."""
    return {place for row in rows for place, other in enumerate(row) if other == character}


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [NARROWEST, 40, 61, 80, 120, 200, 300])
@pytest.mark.parametrize("chart", ALL, ids=lambda chart: chart.title[:8])
def test_every_line_fits_and_is_safe(chart: Chart, width: int, unicode: bool) -> None:
    """No line is wider than asked for, whatever names, values and marks there are; nothing acts on the terminal."""
    lines = drawn(chart, width, unicode=unicode)

    assert max(map(cell_len, lines)) <= width
    assert all(line.isprintable() for line in lines)
    assert unicode or all(line.isascii() for line in lines)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_sweep_shows_the_users_rate(width: int) -> None:
    """The mark is a named vertical line at the user's own rate, in every row where no curve hides it."""
    lines = drawn(SWEEP, width)

    named = next(line for line in lines if "your rate 0.3" in line)
    picture = [line for line in lines if "│" in line or "┤" in line]
    assert column_of([named], "┊") == column_of(picture, "┊")
    assert sum("┊" in line for line in picture) >= len(picture) - 2


def test_lines_are_told_apart_without_colour() -> None:
    """Each line has its sign in the legend and in the picture."""
    for unicode, signs in ((True, "●■▲"), (False, "o#^")):
        lines = drawn(LOSSES, unicode=unicode)

        assert all(sign in lines[2] for sign in signs)
        assert all(any(sign in line for line in lines[3:]) for sign in signs)


def test_few_points_are_pointed_out_one_by_one() -> None:
    """What was measured is told from what was drawn between, and a gap stays a gap."""
    picture = [line.partition("│")[2] or line.partition("┤")[2] for line in drawn(SWEEP) if "│" in line or "┤" in line]

    text = "".join(picture)
    # Two of the points are usable, and their sign lies on that of the line.
    assert (text.count("●"), text.count("■"), text.count("▲")) == (3, 2, 2)
    assert picture[-1].replace("┊", "").strip().startswith("▲")


def test_axes_say_what_they_are() -> None:
    """Labels, few round numbers, and whether an axis is logarithmic."""
    lines = drawn(SWEEP)

    assert lines[1] == "progress"
    assert lines[-1].strip() == "learning rate (log axis)"
    assert lines[-2].split() == ["0.001", "0.01", "0.1", "1", "10", "100"]
    assert drawn(LOSSES)[1] == "loss (log axis)"


def test_layers_are_named_as_far_as_there_is_room() -> None:
    """The first layer is named, and no two names touch."""
    for width in (40, 80, 200):
        names = drawn(DEPTH, width)[-2].split()

        assert names[0].startswith("block_0")
        assert len(names) >= 2


def test_what_cannot_be_drawn_is_said() -> None:
    """A chart without a finite value, and lines for which there is no sign, are told."""
    assert "no value is finite" in drawn(NOTHING)[1]
    assert any("4 more are not drawn" in line for line in drawn(MANY))
