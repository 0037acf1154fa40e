"""A full training behind the same seam as trials: in a worker process of its own, or in place for debugging."""

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import DnnDoctorError, SubjectError
from dnndoctor.evidence.messages import Alive, Died, EpochEnded, Refused, Train, Trained
from dnndoctor.ladder.executors import Progress
from dnndoctor.ladder.executors.process import REAL_SESSION, WorkerProcess
from dnndoctor.ladder.executors.worker import IMPORT_TIMEOUT, OWN_FAULT, TICK, Limits, how_ended

OnProgress = Callable[[Progress], None]
OnEpoch = Callable[[EpochEnded], None]


def train(
    config: LoadedConfig,
    folder: Path,
    order: Train,
    on_progress: OnProgress,
    on_epoch: OnEpoch,
    *,
    limits: Limits | None = None,
    session: str = REAL_SESSION,
) -> Trained:
    """Trains a subject by its full recipe, where the config's `runtime.executor` says.

    Args:
        config: Of the subject.
        folder: The run's folder; the worker's log goes there.
        order: What to train.
        on_progress: Called with signs of life, several times a second; whatever it raises ends the training.
        on_epoch: Called at the end of every epoch.
        limits: Of the worker; by default those of the config. Their timeout is that of a step, not of the training.
        session: What the worker serves, as `package.module:name`.

    Raises:
        SubjectError: The user's model or data could not be built or trained.
    """
    if config.config.runtime.executor == "inline":
        return _inline(order, on_progress, on_epoch, session)
    process = WorkerProcess(folder / "worker.log", session=session)
    try:
        return _Watch(process, limits or Limits.of(config), on_progress, on_epoch).run(order)
    finally:
        process.close()


def _inline(order: Train, on_progress: OnProgress, on_epoch: OnEpoch, session: str) -> Trained:
    on_progress(Progress("importing TensorFlow"))
    module, _, name = session.partition(":")
    factory = getattr(importlib.import_module(module), name)  # by name, as for trials: whoever asks for `inline` opens that door
    factory.prepare()
    trained: Any = factory().train(order, lambda sign: on_progress(Progress(sign.stage, steps_run=sign.steps_run)), on_epoch)
    assert isinstance(trained, Trained)  # the session is known by name only
    return trained


class _Watch:
    """A worker that trains, and its bounds."""

    def __init__(self, process: WorkerProcess, limits: Limits, on_progress: OnProgress, on_epoch: OnEpoch) -> None:
        self._process, self._limits = process, limits
        self._on_progress, self._on_epoch = on_progress, on_epoch
        self._last = Progress("importing TensorFlow")

    def run(self, order: Train) -> Trained:
        """Until the training has ended, well or not."""
        self._process.start_life()
        self._process.send(order)
        moved, timeout = time.monotonic(), IMPORT_TIMEOUT
        while True:
            self._on_progress(self._last)
            for message in self._process.receive(TICK):
                moved = time.monotonic()
                match message:
                    case Alive():
                        timeout = self._limits.timeout
                        self._last = Progress(message.stage, steps_run=message.steps_run)
                        self._on_progress(self._last)  # each is shown once: some are remarks
                    case EpochEnded():
                        self._on_epoch(message)
                    case Trained():
                        return message
                    case Refused():
                        raise SubjectError(message.message, stage=message.stage, advice=message.advice, frames=message.frames)
                    case Died():
                        raise self._died(message.exit_code)
            self._process.log.bound()
            self._check(time.monotonic() - moved, timeout)

    def _check(self, silent: float, timeout: float) -> None:
        memory = self._process.memory() or 0
        if memory > self._limits.memory:
            raise self._refused(
                f"The training took more than the memory limit of {self._limits.memory / 2**30:.3g} GiB",
                "Raise runtime.memory_limit, or have the data's factory return less at once (tf.data, a memory-mapped .npy).",
            )
        if silent > timeout:
            self._process.where()
            raise self._refused(
                f"Nothing was heard of the training for {timeout:.3g} s",
                "If a step needs longer, raise runtime.trial_timeout; otherwise look below for the line where it hangs.",
            )

    def _died(self, exit_code: int) -> DnnDoctorError:
        if exit_code == OWN_FAULT:
            return DnnDoctorError(f"dnndoctor itself failed while {self._last.stage}:\n{self._process.log.end()}")
        return self._refused(
            f"The training ended too soon: {how_ended(exit_code)}",
            "Train in a plain Python process to see more; the end of the worker's log is below.",
        )

    def _refused(self, message: str, advice: str) -> SubjectError:
        return SubjectError(message, stage=self._last.stage, advice=advice, frames=self._process.log.end())
