"""Executors: where trials are run. A trial is plain data, so all of them stand behind one seam."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial


@dataclass(frozen=True, slots=True)
class Progress:
    """A sign of life.

    Attributes:
        stage: What is being done ("importing TensorFlow", "building the model", "trial").
        trial: Id of the trial, empty outside trials.
        steps_run: Steps done so far.
        loss: The newest loss, None where there is none.
    """

    stage: str
    trial: str = ""
    steps_run: int = 0
    loss: float | None = None


class Executor(Protocol):
    """Runs trials somewhere."""

    def open(self, on_progress: Callable[[Progress], None]) -> Facts:
        """Loads the subject.

        Raises:
            SubjectError: The user's model or data could not be built.
        """

    def run(self, trials: Sequence[Trial], on_progress: Callable[[Progress], None], deadline: float | None) -> Iterator[Outcome]:
        """Runs trials and yields each outcome as soon as it is there, in any order; one for every trial.

        Args:
            trials: All different.
            on_progress: Called with signs of life, at least twice a second.
            deadline: `time.monotonic()` after which what still runs is CUT; None for no deadline.
        """

    def close(self) -> None:
        """Ends whatever still runs; may be called twice."""
