"""One life of the worker: it reads commands from one pipe, does them in a session, and answers on another."""

import contextlib
import importlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from dnndoctor.errors import SubjectError
from dnndoctor.evidence import record
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.messages import Alive, Done, Ended, EpochEnded, Open, Opened, Refused, Run, Train, Trained
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial

Answer = TypeVar("Answer")

OWN_FAULT = 70
"""Exit status of a life that an exception of ours ended; its traceback is the end of the log."""

SIGNS_APART = 0.1
"""Seconds between two signs of life of the same trial; the doctor needs two a second."""


class Session(Protocol):
    """What a life serves; `dnndoctor.subject.session.Session` is the real one."""

    def open(self, config: str, folder: Path, alive: Callable[[Alive], None]) -> Facts:
        """Loads the subject that this `LoadedConfig` (as JSON) describes, with its cache in `folder`.

        Raises:
            SubjectError: The user's model or data could not be built.
        """

    def run(
        self,
        trials: Sequence[Trial],
        *,
        on_progress: Callable[[Alive], None],
        deadline: float | None,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """Runs trials and hands over each outcome as soon as it is there."""

    def train(self, order: Train, alive: Callable[[Alive], None], on_epoch: Callable[[EpochEnded], None]) -> Trained:
        """Trains a subject by its full recipe and saves it.

        Raises:
            SubjectError: The user's model or data could not be built or trained.
        """


class SessionFactory(Protocol):
    """Makes sessions."""

    def __call__(self) -> Session:
        """Makes a session that holds no subject yet."""

    def prepare(self) -> None:
        """Does once, in the process that lives are forked from, what all of them share: the imports. It runs no TensorFlow op."""


def session_factory(name: str) -> SessionFactory:
    """Finds a session class.

    Args:
        name: `package.module:name`.
    """
    module, _, attribute = name.partition(":")
    return cast(SessionFactory, getattr(importlib.import_module(module), attribute))


class Channel:
    """Sends messages, one line of JSON each, from any thread."""

    def __init__(self, descriptor: int) -> None:
        """Writes to that end of a pipe."""
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._last_sign: dict[str, tuple[str, float]] = {}

    def send(self, message: object) -> None:
        """Writes one message whole.

        Raises:
            BrokenPipeError: Nobody listens any more.
        """
        line = memoryview((record.dumps(message) + "\n").encode())
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line) :]

    def alive(self, sign: Alive) -> None:
        """Sends a sign of life, unless the same trial gave one a moment ago."""
        stage, when = self._last_sign.get(sign.trial, ("", 0.0))
        now = time.monotonic()
        if stage != sign.stage or now - when >= SIGNS_APART:
            self._last_sign[sign.trial] = (sign.stage, now)
            self.send(sign)


def serve(make_session: SessionFactory, commands: int, messages: int) -> None:
    """Does what the doctor says until the doctor closes its end of the pipe.

    Args:
        make_session: Called once.
        commands: File descriptor to read from.
        messages: File descriptor to write to.
    """
    channel = Channel(messages)
    session = make_session()
    kinds: Any = Open | Run | Train
    with os.fdopen(commands, encoding="utf-8", closefd=False) as lines:
        for line in lines:
            match record.loads(kinds, line):
                case Open() as command:
                    channel.send(_told(partial(_open, session, command, channel)))
                case Train() as command:
                    channel.send(_told(partial(session.train, command, channel.alive, channel.send)))
                case Run() as command:
                    channel.alive(Alive("preparing trials"))  # a worker that dies from now on dies of these trials
                    session.run(
                        command.trials,
                        on_progress=channel.alive,
                        deadline=None if command.seconds is None else time.monotonic() + command.seconds,
                        on_outcome=lambda outcome: channel.send(Ended(outcome)),
                    )
                    channel.send(Done())


def _open(session: Session, command: Open, channel: Channel) -> Opened:
    return Opened(session.open(command.config, Path(command.folder), channel.alive))


def _told(do: Callable[[], Answer]) -> Answer | Refused:
    """What is answered to a command that runs the user's code."""
    try:
        return do()
    except SubjectError as error:
        return Refused(str(error), error.stage, error.advice, error.frames)
    except (SystemExit, KeyboardInterrupt) as stop:
        return Refused(
            f"the user's code called for an exit ({type(stop).__name__}: {stop})",
            "loading the subject",
            "Keep sys.exit() and exit() out of the factories and out of what runs when their file is imported.",
            traceback.format_exc(),
        )


def end(exit_code: int) -> None:
    """Ends this process at once, after what was printed is in the log: TensorFlow's teardown takes a second."""
    with contextlib.suppress(Exception):  # the user may have closed or replaced them
        sys.stdout.flush()
    with contextlib.suppress(Exception):  # as above
        sys.stderr.flush()
    os._exit(exit_code)
