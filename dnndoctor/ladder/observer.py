"""The two things that a climb has to do with the person before the screen: it is watched, and it can be stopped."""

from typing import Protocol

from dnndoctor.experiments.rung import Rung
from dnndoctor.ladder.executors import Progress


class Observer(Protocol):
    """Whoever draws the ladder while it is climbed."""

    def loading(self, progress: Progress) -> None:
        """The subject is being loaded; called at least twice a second."""

    def rung_started(self, name: str, question: str) -> None:
        """An experiment begins."""

    def progress(self, name: str, progress: Progress, ended: int, planned: int) -> None:
        """A sign of life of an experiment, at least twice a second: so many of its planned trials have ended."""

    def rung_ended(self, rung: Rung) -> None:
        """A rung was climbed, skipped or left undecided."""


class Silent:
    """An observer that draws nothing."""

    def loading(self, progress: Progress) -> None:
        """See `Observer`."""

    def rung_started(self, name: str, question: str) -> None:
        """See `Observer`."""

    def progress(self, name: str, progress: Progress, ended: int, planned: int) -> None:
        """See `Observer`."""

    def rung_ended(self, rung: Rung) -> None:
        """See `Observer`."""


class Stop:
    """The user's wish to stop; set by a signal handler, looked at by the climb at least twice a second.

    Attributes:
        exit_code: 130 or 143 once it was asked for, else None.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None

    def ask(self, exit_code: int) -> None:
        """Wants the climb to stop.

        Args:
            exit_code: 130 for SIGINT, 143 for SIGTERM.
        """
        self.exit_code = exit_code
