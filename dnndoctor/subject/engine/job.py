"""Running one trial on one set of variables: reset, chunks of steps, scores."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dnndoctor.evidence.outcome import Outcome, Score, Scores, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.edits import Run
from dnndoctor.subject.engine.evaluation import Evaluator, ScoredRows
from dnndoctor.subject.engine.paths import Way
from dnndoctor.subject.engine.reading import curves, first_nonfinite
from dnndoctor.subject.engine.state import Replica
from dnndoctor.subject.engine.structure import Structure

CHUNK_SECONDS = 0.25
"""Aim of one graph call. Half of the half second that the host must get control in, since steps are not all equally long."""

FIRST_CHUNK = 4
"""Steps of the first chunk where nothing is known of how long a step takes."""


@dataclass(frozen=True)
class Progress:
    """How far a trial is.

    Attributes:
        trial: Its id.
        steps_run: Steps taken so far.
        loss: Of the last of them.
    """

    trial: str
    steps_run: int
    loss: float | None


@dataclass
class Pace:
    """How long steps take, by structure, recording and batch size; shared by all trials."""

    seconds: dict[tuple[int, str, int], float] = field(default_factory=dict)

    def steps(self, key: tuple[int, str, int]) -> int:
        """Steps of the next chunk.

        Args:
            key: Identity of the structure, recording level, batch size.
        """
        known = self.seconds.get(key)
        return FIRST_CHUNK if known is None else max(1, int(CHUNK_SECONDS / max(known, 1e-6)))

    def note(self, key: tuple[int, str, int], seconds: float, steps: int) -> None:
        """Remembers a chunk.

        Args:
            key: See `steps`.
            seconds: That it took.
            steps: Taken in it.
        """
        before = self.seconds.get(key)
        now = seconds / steps
        # A first call pays for the graph's set-up, so of two measurements the smaller tells more.
        self.seconds[key] = now if before is None else min(now, 2 * before) * 0.5 + before * 0.5 if now > before else now


@dataclass
class Context:
    """What a running trial may ask of its surroundings.

    Attributes:
        on_progress: Called after every chunk.
        deadline: `time.monotonic()` after which trials are cut, None for never.
        cancelled: Whether everything is to end now.
        pace: Of steps.
    """

    on_progress: Callable[[Progress], None]
    deadline: float | None
    cancelled: Callable[[], bool]
    pace: Pace

    @property
    def over(self) -> bool:
        """Whether trials are to be cut."""
        return self.cancelled() or (self.deadline is not None and time.monotonic() >= self.deadline)


@dataclass
class Job:
    """A trial with all that it needs, ready to run.

    Attributes:
        trial: As asked for.
        structure: The model it runs on.
        way: How its steps are taken.
        evaluator: Scores it; None where it is not scored.
        leaves: The rows' arrays, with data edits.
        rows: Numbers of the rows that it trains on.
        index: Row numbers of each step, (steps, batch); empty where callbacks take part.
        batch_size: Rows a step.
        recipe: What the trial does apart from its model.
        start: What variables start from.
        train: Training rows that are scored.
        validation: Validation rows that are scored.
        starts: Scores before the first step that trials share, by what they depend on.
        start_key: What this trial's depends on.
    """

    trial: Trial
    structure: Structure
    way: Way
    evaluator: Evaluator | None
    leaves: tuple[Any, ...]
    rows: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    batch_size: int
    recipe: Run
    start: dict[int, Any]
    train: ScoredRows | None
    validation: ScoredRows | None
    starts: dict[Any, Score]
    start_key: Any

    @property
    def pace_key(self) -> tuple[int, str, int]:
        """See `Pace`."""
        return id(self.structure), self.trial.recording.value, self.batch_size

    @cached_property
    def phases(self) -> Mapping[int, float]:
        """What every rate is multiplied by, by the step that it happens before."""
        found: dict[int, float] = {}
        for share, factor in self.recipe.phases:
            step = round(share * self.trial.steps)
            found[step] = found.get(step, 1.0) * factor
        return found

    def to_next_phase(self, taken: int) -> int:
        """Steps until the rates change.

        Args:
            taken: Steps taken so far.
        """
        return min((step for step in self.phases if step > taken), default=self.trial.steps) - taken

    @property
    def target(self) -> float:
        """The loss below which the trial stops."""
        return -np.inf if self.trial.stop_below is None else self.trial.stop_below


@dataclass
class Taken:
    """The steps of a trial so far.

    Attributes:
        records: Of each chunk.
        streak: See `paths.Chunk`.
        stopped_by: Why no more steps are taken, empty as long as more may be.
    """

    records: list[npt.NDArray[np.float32]] = field(default_factory=list)
    streak: int = 0
    stopped_by: str = ""

    @property
    def count(self) -> int:
        """Steps taken."""
        return sum(len(part) for part in self.records)


def run(job: Job, replica: Replica | None, context: Context) -> Outcome:
    """Runs a trial.

    Args:
        job: The trial.
        replica: The variables to run it on, None for the model's own.
        context: Its surroundings.

    Returns:
        FINISHED or CUT.

    Raises:
        Exception: Whatever the user's code raises.
    """
    began = time.perf_counter()
    start = begin(job, replica)
    taken = Taken()
    while taken.count < job.trial.steps and not taken.stopped_by and not context.over:
        if (factor := job.phases.get(taken.count)) is not None:
            job.structure.rates.multiply(factor, replica)
        take(job, job.index[taken.count :], taken, replica, context, job.to_next_phase(taken.count))
    job.structure.averages.assign(replica)
    return finish(job, replica, taken, start, began)


def begin(job: Job, replica: Replica | None) -> Score | None:
    """Resets the variables and scores them.

    Args:
        job: The trial.
        replica: Whose variables.
    """
    job.structure.state.reset(job.start, replica)
    if job.evaluator is None or job.train is None:
        return None
    score = job.starts.get(job.start_key)
    if score is None:
        score = job.evaluator.score(job.train, replica)
        job.starts[job.start_key] = score
        # Evaluating moves metrics, and the states of stateful recurrent layers.
        job.structure.state.reset(job.start, replica)
    return score


def take(
    job: Job, index: npt.NDArray[np.int32], taken: Taken, replica: Replica | None, context: Context, limit: int | None = None
) -> None:
    """Takes one chunk of steps.

    Args:
        job: The trial.
        index: Row numbers of the steps that may be taken.
        taken: The steps so far; is added to.
        replica: The variables.
        context: Surroundings.
        limit: Most steps to take, where fewer than fit the time of a chunk are wanted.
    """
    size = min(len(index), context.pace.steps(job.pace_key), limit or len(index))
    began = time.perf_counter()
    chunk = job.way.run(job.leaves, index[:size], job.target, taken.streak, replica)
    context.pace.note(job.pace_key, time.perf_counter() - began, max(1, len(chunk.records)))
    taken.records.append(chunk.records)
    taken.streak = chunk.streak
    loss = float(chunk.records[-1, 0])
    if len(chunk.records) < size or chunk.streak >= 10 or (job.way.has_loss and not np.isfinite(loss)):
        taken.stopped_by = "non-finite" if not np.isfinite(loss) else "stop_below"
    context.on_progress(Progress(job.trial.id, taken.count, loss if np.isfinite(loss) else None))


def finish(job: Job, replica: Replica | None, taken: Taken, start: Score | None, began: float) -> Outcome:
    """Scores the variables and puts everything together.

    Args:
        job: The trial.
        replica: Whose variables.
        taken: Its steps.
        start: Its score before the first step.
        began: `time.perf_counter()` at its start.
    """
    structure, trial = job.structure, job.trial
    cut = taken.count < trial.steps and not taken.stopped_by
    scores = Scores(start=start)
    if job.evaluator is not None and not cut:
        scores = replace(
            scores,
            train=None if job.train is None else job.evaluator.score(job.train, replica),
            validation=None if job.validation is None else job.evaluator.score(job.validation, replica),
            # Last, since predicting as in training moves the statistics of batch normalisation.
            train_mode=None if job.train is None else job.evaluator.score(job.train, replica, training=True),
        )
    columns = job.way.columns
    records = np.concatenate(taken.records) if taken.records else np.zeros((0, len(columns)), np.float32)
    return Outcome(
        trial=trial,
        state=State.CUT if cut else State.FINISHED,
        reason="The time was up." if cut else "",
        path=structure.path if job.way.name == "loop" else job.way.name,
        batch_size=job.batch_size,
        steps_run=taken.count,
        **(curves(columns, records, structure.layer_order) if len(records) else {}),
        first_nonfinite=first_nonfinite(
            columns, records, structure.layer_order, scaled=structure.scaled, has_loss=job.way.has_loss
        ),
        scores=scores,
        stopped_by=taken.stopped_by,
        seconds=time.perf_counter() - began,
    )
