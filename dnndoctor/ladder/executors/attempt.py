"""Who is to blame: which trials were in flight in the worker when it died or fell silent, and who is tried next."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dnndoctor.evidence.messages import Alive, Ended
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial

BATCH = 32
"""Trials handed over at once: a worker that has grown is replaced between batches, so they bound what can pile up in it."""

UNHEARD = 3
"""Workers that may die in a row before they have said a word about their trials, without anybody being accused."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a worker ended.

    Attributes:
        state: What becomes of the trial that did it.
        reason: One sentence, with the end of the log.
        accused: Ids of the trials that may have done it; each is tried alone, and guilty if it does so again.
    """

    state: State
    reason: str
    accused: tuple[str, ...] = ()


class Attempt:
    """Trials that were handed to a worker, and the newest sign of life of each."""

    def __init__(self, trials: Iterable[Trial]) -> None:
        """Starts the clock.

        Args:
            trials: All that are handed over together.
        """
        self.waiting = {trial.id: trial for trial in trials}
        """Trials without an outcome so far."""
        self.names = tuple(self.waiting)
        """Ids of all."""
        self.heard = False
        """Whether the worker has said anything since; one that died before died of something else."""
        self._newest = time.monotonic()
        self._in_flight: dict[str, tuple[tuple[str, int], float]] = {}

    def note(self, message: Alive | Ended) -> None:
        """Takes notice of a message. A trial moves when its stage or its number of steps does."""
        self.heard = True
        now = self._newest = time.monotonic()
        if isinstance(message, Ended):
            self.waiting.pop(message.outcome.trial.id, None)
            self._in_flight.pop(message.outcome.trial.id, None)
        elif message.trial in self.waiting:
            position = (message.stage, message.steps_run)
            if self._in_flight.get(message.trial, (None, 0.0))[0] != position:
                self._in_flight[message.trial] = (position, now)

    def accused(self) -> tuple[str, ...]:
        """Trials that were running; all that wait, in their order, where no running one was announced."""
        return tuple(self._in_flight) or tuple(self.waiting)

    def stuck(self, timeout: float) -> tuple[str, ...]:
        """Trials that have not moved for so long, empty where all is well.

        Two trials that stand still together accuse each other: the one that hangs may hold what the other waits for, so
        everything that has not moved for half of the time is named.

        Args:
            timeout: Seconds without a move.
        """
        now = time.monotonic()
        if not self._in_flight:
            return tuple(self.waiting) if now - self._newest > timeout else ()
        still = {name: now - since for name, (_, since) in self._in_flight.items()}
        return tuple(name for name, seconds in still.items() if seconds > timeout / 2) if max(still.values()) > timeout else ()


class Queue:
    """Trials that wait for a worker. A worker's death costs the trial that caused it; everything else in it is tried again."""

    def __init__(self, trials: Iterable[Trial]) -> None:
        """Puts all in line.

        Args:
            trials: All different.
        """
        self.waiting = {trial.id: trial for trial in trials}
        """Trials without an outcome so far."""
        self._accused: list[str] = []
        self._unheard = 0

    def batch(self) -> Sequence[Trial]:
        """The trials to hand over next: the accused one at a time, then the others together."""
        self._accused = [name for name in self._accused if name in self.waiting]
        return [self.waiting[self._accused[0]]] if self._accused else list(self.waiting.values())[:BATCH]

    def settle(self, attempt: Attempt, death: Death | None) -> Iterator[Outcome]:
        """Takes a batch out of the line as far as it was done.

        Nobody is convicted for what happened while others were in the worker, since one that is still being built or traced has
        given no sign of life: who is accused is tried alone.

        Args:
            attempt: At the batch.
            death: How the worker ended, None where it lives.

        Returns:
            The outcomes of those found guilty.
        """
        alone = len(attempt.names) == 1
        for name in attempt.names:
            if name not in attempt.waiting:
                del self.waiting[name]
        if death is None:
            return
        if death.state is State.CRASHED and not attempt.heard and self._unheard < UNHEARD:  # it was dead before it was asked
            self._unheard += 1
        elif alone or death.state is State.CUT:
            for name in death.accused:
                yield Outcome(self.waiting.pop(name), death.state, death.reason)
        else:
            self._accused = list(death.accused)
