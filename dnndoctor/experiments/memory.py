"""What was seen of memorising a handful of samples: the observation of the fork."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments.curves import Shape


@dataclass(frozen=True, slots=True)
class MemoryRun:
    """One attempt to memorise.

    Attributes:
        rows: How many samples.
        seed: Of the trial.
        trial: Its id.
        memorised: Whether skill (where predictions can be decoded and the targets differ) or progress reached `MEMORISED`.
        start, end: Loss at the first step and at the end.
        progress: See `LossScale.progress`.
        skill: On the same rows, None where nothing can be decoded or there is but one row.
        failure: How the curve ends where the rows were not memorised, else None.
        loss_only: Whether the loss came down to its floor while the decoded predictions stayed wrong.
        steps: Steps taken.
        curve: The losses, thinned.
    """

    rows: int
    seed: int
    trial: str
    memorised: bool
    start: float
    end: float
    progress: float
    skill: float | None
    failure: Shape | None
    loss_only: bool
    steps: int
    curve: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """The decisive size with one change of optimizer or rate.

    Attributes:
        edit: The change.
        screened: The run it was chosen by.
        confirmed: Runs on fresh seeds; empty where it was not chosen.
    """

    edit: Edit
    screened: MemoryRun
    confirmed: tuple[MemoryRun, ...] = ()

    @property
    def cures(self) -> bool:
        """Whether it memorises on most of the fresh seeds."""
        return bool(self.confirmed) and mostly_memorised(self.confirmed)


@dataclass(frozen=True, slots=True)
class Memory:
    """What was seen of the fork.

    Attributes:
        decisive: Number of samples that decides.
        edits: What was switched off in all runs (regularisers, dropout, augmentation), as far as the model has it.
        runs: With the user's optimizer and rate, by size, then seed.
        control: The decisive size with all inputs replaced by zeros; None where it could not be run.
        attempts: With other optimizers and rates; empty where the user's own did it.
    """

    decisive: int
    edits: tuple[Edit, ...]
    runs: tuple[MemoryRun, ...]
    control: MemoryRun | None
    attempts: tuple[Attempt, ...]

    @property
    def decisive_runs(self) -> tuple[MemoryRun, ...]:
        """The runs of the decisive size, one a seed."""
        return tuple(run for run in self.runs if run.rows == self.decisive)

    @property
    def memorised(self) -> bool:
        """Whether the user's own optimizer and rate memorised the decisive size on most seeds."""
        return mostly_memorised(self.decisive_runs)

    @property
    def cures(self) -> tuple[Attempt, ...]:
        """The changes of optimizer or rate that were confirmed to memorise, the nearest to the user's recipe first."""
        return tuple(attempt for attempt in self.attempts if attempt.cures)

    @property
    def failure(self) -> Shape | None:
        """The most frequent way in which the decisive size failed, None where it did not."""
        failures = [run.failure for run in self.decisive_runs if run.failure is not None]
        return max(failures, key=failures.count, default=None) if not self.memorised else None


def mostly_memorised(runs: Sequence[MemoryRun]) -> bool:
    """Whether more than half of the runs memorised their rows."""
    return 2 * sum(run.memorised for run in runs) > len(runs)
