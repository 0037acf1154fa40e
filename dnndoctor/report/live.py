"""The ladder while it is climbed, on standard error: a picture that moves on a terminal, a line for each rung elsewhere."""

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.ladder.executors import Progress
from dnndoctor.ladder.observer import Silent
from dnndoctor.report.look import Look
from dnndoctor.report.numbers import duration, quantity

_MARKS = {RungState.DONE: ("●", "green"), RungState.SKIPPED: ("○", "dim"), RungState.INCONCLUSIVE: ("?", "cyan")}
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_SPINNER = "-\\|/"
_FRAMES_PER_SECOND = 8
_NAME_COLUMNS = 19
"""Of the longest name of a rung, "learning rate sweep"; a longer one moves its own line only."""


class PlainLadder(Silent):
    """Lines for a log: one for each stage of loading and for each rung that ended."""

    def __init__(self, stream: TextIO, look: Look) -> None:
        """Writes nothing yet.

        Args:
            stream: Standard error, as a rule.
            look: Of the stream.
        """
        self._stream = stream
        self._look = look
        self._started = time.monotonic()
        self._stage = ""

    def loading(self, progress: Progress) -> None:
        """See `Observer`."""
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._line(progress.stage)

    def rung_ended(self, rung: Rung) -> None:
        """See `Observer`."""
        reason = f": {rung.reason}" if rung.reason else ""
        self._line(f"{_words(rung.name)}: {rung.state.value} in {duration(rung.seconds)}{reason}")

    def _line(self, text: str) -> None:
        since = duration(time.monotonic() - self._started)
        self._stream.write(f"[{since:>9}] {self._look.text(text)}\n")
        self._stream.flush()


class LiveLadder(Silent, AbstractContextManager["LiveLadder"]):
    """A picture of the ladder that is drawn anew several times a second and wiped away at the end."""

    def __init__(self, stream: TextIO, look: Look, budget: float | None) -> None:
        """Draws nothing before it is entered.

        Args:
            stream: A terminal.
            look: Of the stream.
            budget: Seconds for everything, None where there is no bound.
        """
        self._look = look
        self._budget = budget
        self._started = time.monotonic()
        self._ended: list[Rung] = []
        self._current: tuple[str, str, float] | None = None
        self._sign = Progress("starting")
        self._trials = (0, 0)
        console = Console(
            file=stream,
            no_color=not look.colour,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=False,
            force_terminal=True,
        )
        self._live = Live(
            self,
            console=console,
            refresh_per_second=_FRAMES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> "LiveLadder":
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.stop()

    def loading(self, progress: Progress) -> None:
        """See `Observer`."""
        self._sign = progress

    def rung_started(self, name: str, question: str) -> None:
        """See `Observer`."""
        self._current = (name, question, time.monotonic())
        self._sign, self._trials = Progress(""), (0, 0)

    def progress(self, name: str, progress: Progress, ended: int, planned: int) -> None:  # noqa: ARG002  it is the current one
        """See `Observer`."""
        self._sign, self._trials = progress, (ended, planned)

    def rung_ended(self, rung: Rung) -> None:
        """See `Observer`."""
        self._ended.append(rung)
        self._current = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The picture at this moment; never taller or wider than the terminal."""
        yield from self.picture(options.max_width, max(console.size.height - 1, 4), time.monotonic())

    def picture(self, width: int, height: int, now: float) -> list[Text]:
        """The picture as lines.

        Args:
            width: Columns.
            height: Most lines; the oldest rungs give way.
            now: `time.monotonic()`.
        """
        below = [*self._current_lines(now), self._clock(now)]
        rungs = [self._rung(rung) for rung in self._ended]
        room = max(height - len(below), 0)
        shown = rungs[len(rungs) - room :] if len(rungs) > room else rungs
        lines = [*shown, *below]
        for line in lines:
            line.truncate(width, overflow="ellipsis" if self._look.unicode else "crop")
        return lines

    def _rung(self, rung: Rung) -> Text:
        sign, style = _MARKS[rung.state]
        return self._text(
            (f"{sign} ", style),
            (f"{_words(rung.name):<{_NAME_COLUMNS}} ", "bold" if rung.state is RungState.DONE else ""),
            (f"{duration(rung.seconds) if rung.seconds >= 0.05 else '':>8}  ", "dim"),
            (rung.reason or rung.question, "dim"),
        )

    def _current_lines(self, now: float) -> list[Text]:
        frames = _SPINNER if self._look.unicode else _PLAIN_SPINNER
        frame = frames[int(now * _FRAMES_PER_SECOND) % len(frames)]
        if self._current is None:
            return [self._text((f"{frame} ", "cyan"), self._sign.stage)]
        name, question, since = self._current
        lines = [
            self._text(
                (f"{frame} ", "cyan"),
                (f"{_words(name):<{_NAME_COLUMNS}} ", "bold cyan"),
                (f"{duration(now - since):>8}  ", "dim"),
                question,
            )
        ]
        ended, planned = self._trials
        if planned:
            sign = self._sign
            loss = f", loss {quantity(sign.loss)}" if sign.loss is not None else ""
            step = f", step {sign.steps_run:,}{loss}" if sign.steps_run else ""
            lines.append(self._text((f"    trial {min(ended + 1, planned)} of {planned}{step}", "dim")))
        return lines

    def _clock(self, now: float) -> Text:
        used = now - self._started
        left = f", {duration(max(self._budget - used, 0.0))} of the budget left" if self._budget is not None else ""
        return self._text((f"  {duration(used)}{left}; Ctrl-C stops and reports", "dim"))

    def _text(self, *pieces: str | tuple[str, str]) -> Text:
        line = Text(no_wrap=True, end="\n")
        for piece in pieces:
            text, style = piece if isinstance(piece, tuple) else (piece, "")
            line.append(self._look.text(text), style or None)
        return line


def _words(name: str) -> str:
    return name.replace("_", " ")
