import io
import time

import pytest
from rich.cells import cell_len

from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.ladder.executors import Progress
from dnndoctor.report.live import LiveLadder, PlainLadder
from dnndoctor.report.look import Look
from tests.report.examples import HOSTILE

DONE = Rung("learning_rate_sweep", "Which learning rates train this model?", RungState.DONE, "", 41.7)
SKIPPED = Rung("noise_floor", "How far apart are two runs?", RungState.SKIPPED, HOSTILE)


def live(look: Look, budget: float | None = 180.0) -> LiveLadder:
    """A live ladder that draws nowhere."""
    return LiveLadder(io.StringIO(), look, budget)


def test_plain_ladder_writes_a_line_for_each_stage_and_rung() -> None:
    """A log gets each stage once and each rung once, whatever the number of signs of life."""
    stream = io.StringIO()
    ladder = PlainLadder(stream, Look())

    for stage in ("importing TensorFlow", "importing TensorFlow", "building the model"):
        ladder.loading(Progress(stage))
    ladder.progress("learning_rate_sweep", Progress("trial", "abc", 3, 0.1), 1, 13)
    ladder.rung_ended(DONE)
    ladder.rung_ended(SKIPPED)

    lines = [line.partition("] ")[2] for line in stream.getvalue().splitlines()]
    assert lines[:3] == ["importing TensorFlow", "building the model", "learning rate sweep: done in 42 s"]
    assert lines[3].startswith(r"noise floor: skipped in 0.0 s: [red]evil[/red] \x1b[31m\nnew line")
    assert len(lines) == 4


def test_live_ladder_shows_rungs_the_current_trial_and_the_budget() -> None:
    """What ended, what runs, how far it is and what time is left."""
    ladder = live(Look())
    ladder.rung_ended(DONE)
    ladder.rung_started("memorise", "Can the model memorise a handful of samples?")
    ladder.progress("memorise", Progress("trial", "abc", 1200, 0.0312), 4, 9)

    lines = [line.plain for line in ladder.picture(80, 24, time.monotonic())]

    assert lines[0] == "● learning rate sweep     42 s  Which learning rates train this model?"
    assert lines[1].endswith("memorise               0.0 s  Can the model memorise a handful of samples?")
    assert lines[2] == "    trial 5 of 9, step 1,200, loss 0.0312"
    assert "of the budget left" in lines[3]


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("unicode", [False, True])
def test_live_ladder_fits_and_is_safe(width: int, unicode: bool) -> None:
    """No line is wider than the terminal, there are no more than fit, and hostile text stays text."""
    ladder = live(Look(unicode=unicode), None)
    for _ in range(20):
        ladder.rung_ended(SKIPPED)
    ladder.rung_started(HOSTILE, HOSTILE)
    ladder.progress(HOSTILE, Progress(HOSTILE, HOSTILE, 3, float("nan")), 0, 1)

    lines = [line.plain for line in ladder.picture(width, 8, time.monotonic())]

    assert len(lines) == 8
    assert max(map(cell_len, lines)) <= width
    assert all(line.isprintable() for line in lines)
    assert unicode or all(line.isascii() for line in lines)


def test_live_ladder_leaves_nothing_behind() -> None:
    """The picture is wiped away at the end and the cursor is shown again."""
    stream = io.StringIO()

    with LiveLadder(stream, Look(), 180.0) as ladder:
        ladder.loading(Progress("importing TensorFlow"))

    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")
    assert "\x1b[2K" in stream.getvalue()
