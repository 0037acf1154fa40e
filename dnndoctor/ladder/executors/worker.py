"""The isolated way: trials run in a worker process, whose crash, hang or hunger ends the worker and not the doctor."""

import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dnndoctor.config.quantities import seconds, size_in_bytes
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import DnnDoctorError, SubjectError
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.messages import Alive, Born, Died, Done, Ended, Open, Opened, Refused, Run
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors import Progress
from dnndoctor.ladder.executors.attempt import Attempt, Death, Queue
from dnndoctor.ladder.executors.process import REAL_SESSION, WorkerProcess

TICK = 0.1
"""Seconds between two looks at the worker; memory that grows by 2 GB/s is then seen within 0.2 GB."""

HEARTBEAT = 0.4
"""Seconds after which a silent worker's last sign is repeated, so that there are two a second."""

OPEN_ATTEMPTS = 3
"""Workers that may die in a row while they load the subject."""

GRACE = 10.0
"""Seconds after the deadline that the worker has to cut its trials by itself: a chunk of half a second and the scores."""

IMPORT_TIMEOUT = 300.0
"""Seconds for TensorFlow's import: 2.5 on a warm disk, over a minute on a cold network file system."""

GROWTH = 2 * 2**30
"""Bytes that a worker may grow by after loading before it is replaced at the end of a batch."""

FALSE_SUICIDE = 0.8
"""Share of the memory limit beyond which a kill by an unknown hand is taken for the kernel's out-of-memory killer."""

OWN_FAULT = 70  # exit status of a worker that an exception of ours ended, see subject/life.py


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a worker.

    Attributes:
        timeout: Seconds that a trial, or a step of loading, may take without any progress.
        memory: Bytes of resident memory.
    """

    timeout: float = 180.0
    memory: int = 6 * 2**30

    @classmethod
    def of(cls, config: LoadedConfig) -> "Limits":
        """The limits that a config states."""
        runtime = config.config.runtime
        return cls(seconds(runtime.trial_timeout), size_in_bytes(runtime.memory_limit))


class WorkerExecutor:
    """Runs trials in a worker process; see `Executor`."""

    def __init__(
        self,
        config: LoadedConfig,
        folder: Path,
        *,
        limits: Limits | None = None,
        session: str = REAL_SESSION,
        in_place: bool = False,
        process: WorkerProcess | None = None,
    ) -> None:
        """Starts nothing yet.

        Args:
            config: Of the subject.
            folder: The run's folder; the worker's log and the sample's cache go there.
            limits: Of the worker; by default those of the config.
            session: What the worker serves.
            in_place: See `WorkerProcess`.
            process: One that several executors use one after the other, so that they share one import of TensorFlow; by default
                one of its own. Closing the executor closes it.
        """
        self._open_command = Open(config.model_dump_json(), str(folder.absolute()))
        self._limits = limits or Limits.of(config)
        self._process = process or WorkerProcess(folder / "worker.log", session=session, in_place=in_place)
        self._is_open = False
        self._baseline = 0
        self._peak = 0
        self._last = Progress("")
        self._last_beat = 0.0

    def open(self, on_progress: Callable[[Progress], None]) -> Facts:
        """See `Executor.open`."""
        death = None
        for _ in range(OPEN_ATTEMPTS):
            try:
                opened = self._load(on_progress)
            finally:
                if not self._is_open:
                    self._process.end_life()
            if isinstance(opened, Facts):
                return opened
            death = opened
        assert death is not None  # there was at least one attempt
        raise SubjectError(
            f"the worker process died {OPEN_ATTEMPTS} times in a row while {self._last.stage}: {death.reason}",
            stage=self._last.stage,
            advice="Run the model's and the data's factory in a plain Python process; the end of the worker's log is below.",
            frames=self._process.log.end(),
        )

    def run(self, trials: Sequence[Trial], on_progress: Callable[[Progress], None], deadline: float | None) -> Iterator[Outcome]:
        """See `Executor.run`."""
        queue = Queue(trials)
        while queue.waiting:
            if deadline is not None and time.monotonic() >= deadline:
                yield from (
                    Outcome(trial, State.CUT, "The time was used up before it began.") for trial in queue.waiting.values()
                )
                return
            if self._is_open and self._process.receive(0):  # between trials it only speaks to say that it died
                self.close_life()
            if not self._is_open:
                self.open(on_progress)
            attempt = Attempt(queue.batch())
            quiet = False
            try:
                death = yield from self._try(attempt, on_progress, deadline)
                quiet = True
            finally:
                if not quiet:  # an interrupt, or whoever asked has lost interest: the worker is still busy
                    self.close_life()
            if death is None:
                self._recycle()
            yield from queue.settle(attempt, death)

    def close(self) -> None:
        """See `Executor.close`."""
        self._is_open = False
        self._process.close()

    def close_life(self) -> None:
        """Ends the worker's life but keeps what it was forked from."""
        self._is_open = False
        self._process.end_life()

    def _load(self, on_progress: Callable[[Progress], None]) -> Facts | Death:
        """One attempt at a new worker that holds the subject."""
        self._is_open = False
        self._peak = 0
        born = False
        self._say(Progress("starting the worker" if self._process.warm else "importing TensorFlow"), on_progress)
        self._process.start_life()
        self._process.send(self._open_command)
        moved = time.monotonic()
        while True:
            for message in self._process.receive(TICK):
                match message:
                    case Born() if not born:  # the life itself may have been faster to speak
                        born = True
                        self._say(Progress("loading the subject"), on_progress)
                    case Alive():
                        born = True
                        self._say(Progress(message.stage), on_progress)
                    case Opened():
                        self._is_open = True
                        self._baseline = self._process.memory() or 0
                        return message.facts
                    case Refused():
                        raise SubjectError(message.message, stage=message.stage, advice=message.advice, frames=message.frames)
                    case Died():
                        return self._died_loading(message.exit_code, born)
                moved = time.monotonic()
            self._beat(on_progress)
            self._process.log.bound()
            if self._too_large():
                raise self._too_hungry()
            if time.monotonic() - moved > (self._limits.timeout if born else IMPORT_TIMEOUT):
                raise self._too_slow(born)

    def _died_loading(self, exit_code: int, born: bool) -> Death:
        if not born:
            raise SubjectError(
                f"TensorFlow could not be imported: {how_ended(exit_code)}",
                stage="importing TensorFlow",
                advice="`dnndoctor env` shows what is installed; `import tensorflow` must work in the same environment.",
                frames=self._process.log.end(),
            )
        if exit_code == OWN_FAULT:
            raise DnnDoctorError(f"dnndoctor itself failed while {self._last.stage}:\n{self._process.log.end()}")
        return Death(State.CRASHED, how_ended(exit_code))

    def _too_hungry(self) -> SubjectError:
        return SubjectError(
            f"{self._last.stage} took more than the memory limit of {self._limits.memory / 2**30:.3g} GiB",
            stage=self._last.stage,
            advice="Raise runtime.memory_limit, or have the factory return less at once (tf.data, a memory-mapped .npy).",
            frames=self._process.log.end(),
        )

    def _too_slow(self, born: bool) -> SubjectError:
        self._process.where()
        return SubjectError(
            f"{self._last.stage} did not return within {self._limits.timeout if born else IMPORT_TIMEOUT:.3g} s",
            stage=self._last.stage,
            advice="If it needs longer, raise runtime.trial_timeout; otherwise look below for the line where it hangs.",
            frames=self._process.log.end(),
        )

    def _try(
        self, attempt: Attempt, on_progress: Callable[[Progress], None], deadline: float | None
    ) -> Generator[Outcome, None, Death | None]:
        """Has the worker run a batch; yields outcomes and returns how the worker died, None where it did all."""
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        self._process.send(Run(tuple(attempt.waiting.values()), left))
        while True:
            for message in self._process.receive(TICK):
                match message:
                    case Alive():
                        attempt.note(message)
                        self._say(Progress(message.stage, message.trial, message.steps_run, message.loss), on_progress)
                    case Ended():
                        attempt.note(message)
                        yield message.outcome
                    case Died():
                        self._is_open = False
                        return self._died_running(message.exit_code, attempt)
                    case Done():
                        if not attempt.waiting:
                            return None
                        return Death(State.FAILED, "The worker gave no outcome.", tuple(attempt.waiting))
            self._beat(on_progress)
            self._process.log.bound()
            death = self._verdict(attempt, deadline)
            if death is not None:
                self.close_life()
                return death

    def _verdict(self, attempt: Attempt, deadline: float | None) -> Death | None:
        """Why the worker must be ended now, None where it may go on."""
        if self._too_large():
            return Death(State.OUT_OF_MEMORY, self._hunger(), attempt.accused())
        if stuck := attempt.stuck(self._limits.timeout):
            self._process.where()
            reason = f"No progress for {self._limits.timeout:.3g} s. The end of the worker's log:\n{self._process.log.end()}"
            return Death(State.TIMED_OUT, reason, stuck)
        if deadline is not None and time.monotonic() > deadline + GRACE:
            return Death(
                State.CUT, f"The time was used up, and the worker did not stop within {GRACE:.0f} s.", tuple(attempt.waiting)
            )
        return None

    def _died_running(self, exit_code: int, attempt: Attempt) -> Death:
        if exit_code == -signal.SIGKILL and self._peak > FALSE_SUICIDE * self._limits.memory:
            return Death(State.OUT_OF_MEMORY, self._hunger(), attempt.accused())
        log = self._process.log.end()
        reason = f"T{how_ended(exit_code)[1:]}." + (f" The end of its log:\n{log}" if log else " Its log is empty.")
        return Death(State.CRASHED, reason, attempt.accused())

    def _hunger(self) -> str:
        return f"The worker grew to {self._peak / 2**30:.3g} GiB; the limit is {self._limits.memory / 2**30:.3g} GiB."

    def _too_large(self) -> bool:
        self._peak = self._process.memory() or self._peak
        return self._peak > self._limits.memory

    def _say(self, progress: Progress, on_progress: Callable[[Progress], None]) -> None:
        self._last, self._last_beat = progress, time.monotonic()
        on_progress(progress)

    def _beat(self, on_progress: Callable[[Progress], None]) -> None:
        if time.monotonic() - self._last_beat >= HEARTBEAT:
            self._say(self._last, on_progress)

    def _recycle(self) -> None:
        """Replaces a worker that has grown: it is killed now, and the next trials start another."""
        bound = max(min(self._limits.memory // 2, self._baseline + GROWTH), self._baseline + GROWTH // 8)
        if (self._process.memory() or 0) > bound:
            self.close_life()


def how_ended(exit_code: int) -> str:
    """How a worker ended, as half a sentence.

    Args:
        exit_code: As `Died` has it.
    """
    if exit_code >= 0:
        return f"the worker process ended itself with exit status {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:  # a real-time signal has no name
        name = f"signal {-exit_code}"
    return f"the worker process was killed by {name}"
