"""The journal of a run: everything that was decided and measured, one JSON object a line, on the disk before the next is begun.

A run that was killed goes on from its journal, and evidence is a pure function of it.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pydantic

import dnndoctor
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import UsageError
from dnndoctor.evidence import record
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.experiments.rung import Rung
from dnndoctor.ladder.lines import FORMAT, Begun, Ended, Line, Measured, Planned, Record, RungEnded, RungStarted, Seen
from dnndoctor.ladder.plan import Asked, Plan

FILE = "journal.jsonl"


def read(folder: Path) -> Record:
    """Reads a run's journal; a line that a kill left unfinished is as if it had never been begun.

    Args:
        folder: The run's folder.

    Raises:
        UsageError: There is no journal, it is of another version, or damaged.
    """
    return _read(folder)[0]


class Journal:
    """A run's journal, open for writing; no other process can write it meanwhile."""

    def __init__(self, folder: Path, descriptor: int | None, record_so_far: Record) -> None:
        """Use `create`, `resume` or `in_memory`."""
        self.folder = folder
        self.record = record_so_far
        self._descriptor = descriptor
        self._started = time.monotonic() - record_so_far.seconds

    @classmethod
    def create(cls, folder: Path, config: LoadedConfig, asked: Asked) -> "Journal":
        """Begins a journal.

        Args:
            folder: Of the new run; see `runs.new_run`.
            config: Of the run.
            asked: What the user asked for.

        Raises:
            UsageError: The folder cannot be written.
        """
        descriptor = _open_locked(folder, os.O_CREAT | os.O_EXCL)
        begun = Begun(config.model_dump_json(), asked)
        journal = cls(folder, descriptor, Record(begun))
        journal._write(begun)
        return journal

    @classmethod
    def resume(cls, folder: Path) -> "Journal":
        """Opens a journal to go on with it.

        Args:
            folder: The run's folder.

        Raises:
            UsageError: It cannot be read or written, or another process is writing it.
        """
        descriptor = _open_locked(folder, 0)
        try:
            so_far, whole = _read(folder)
            os.ftruncate(descriptor, whole)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(folder, descriptor, so_far)

    @classmethod
    def in_memory(cls, so_far: Record) -> "Journal":
        """A journal that writes to no file.

        Args:
            so_far: What it holds already; is not changed.
        """
        return cls(Path(), None, replace(so_far, outcomes=dict(so_far.outcomes), rungs=dict(so_far.rungs)))

    @property
    def seconds(self) -> float:
        """Seconds that the run has taken so far, those before a kill included."""
        return time.monotonic() - self._started

    def seen(self, facts: Facts) -> None:
        """Writes down the facts."""
        self._write(Seen(facts, self.seconds))

    def planned(self, plan: Plan) -> None:
        """Writes down the plan."""
        self._write(Planned(plan, self.seconds))

    def rung_started(self, rung: str) -> None:
        """Writes down that an experiment begins."""
        self._write(RungStarted(rung, self.seconds))

    def measured(self, outcome: Outcome) -> None:
        """Writes down what came of a trial."""
        self._write(Measured(outcome, self.seconds))

    def rung_ended(self, rung: Rung) -> None:
        """Writes down what became of an experiment."""
        self._write(RungEnded(rung, self.seconds))

    def ended(self, partial: bool, reason: str) -> None:
        """Writes down that the climb is over."""
        self._write(Ended(partial, reason, self.seconds))

    def close(self) -> None:
        """Lets others write; may be called twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, line: Line) -> None:
        if self._descriptor is not None:
            self._write_through(self._descriptor, line)
        self.record.take(line)

    def _write_through(self, descriptor: int, line: Line) -> None:
        data = memoryview((record.dumps(line) + "\n").encode())
        try:
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        except OSError as error:
            raise UsageError(
                f"the run's journal {self.folder / FILE} could not be written: {error.strerror}. "
                f"What was measured before is kept; make room and go on with --resume {self.folder.name}."
            ) from error


def _open_locked(folder: Path, flags: int) -> int:
    try:
        descriptor = os.open(folder / FILE, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, 0o644)
    except FileNotFoundError as error:
        raise UsageError(f"{folder} holds no run: there is no {FILE} in it") from error
    except OSError as error:
        raise UsageError(f"{folder / FILE} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise UsageError(f"the run {folder.name} is being written by another process; wait for it or end it") from error
    except OSError:  # a file system without locks: go on without, as most such folders have one user
        pass
    return descriptor


_kinds: Any = Line


def _read(folder: Path) -> tuple[Record, int]:
    """The record, and how many bytes of the file are whole lines."""
    lines = _whole_lines(folder)
    first = next(lines, None)
    if first is None:
        raise UsageError(f"{folder / FILE} is empty: the run was ended before it began; start it anew")
    begun, whole = _first_line(folder, first), len(first)
    so_far = Record(begun)
    damaged: int | None = None
    for number, line in enumerate(lines, 2):
        if damaged is not None:
            raise UsageError(f"{folder / FILE} is damaged in line {damaged}; start the run anew")
        try:
            so_far.take(record.loads(_kinds, line.decode()))
            whole += len(line)
        except (pydantic.ValidationError, UnicodeDecodeError):
            damaged = number  # as the last line it was torn by a kill or a power cut; anywhere else somebody edited the file
    return so_far, whole


def _first_line(folder: Path, line: bytes) -> Begun:
    with contextlib.suppress(ValueError):
        header: dict[str, Any] = pydantic.TypeAdapter(dict[str, Any]).validate_json(line)
        if header.get("kind") == "begun" and header.get("format") != FORMAT:
            raise UsageError(
                f"{folder / FILE} was written by dnndoctor {header.get('tool')} in format {header.get('format')}; "
                f"this is dnndoctor {dnndoctor.__version__}, which reads format {FORMAT}. Run it anew."
            )
    try:
        return record.loads(Begun, line.decode())
    except (pydantic.ValidationError, UnicodeDecodeError) as error:
        raise UsageError(f"{folder / FILE} is not a journal of dnndoctor") from error


def _whole_lines(folder: Path) -> Iterator[bytes]:
    try:
        with (folder / FILE).open("rb") as journal:
            for line in journal:
                if line.endswith(b"\n"):
                    yield line
    except FileNotFoundError as error:
        raise UsageError(f"{folder} holds no run: there is no {FILE} in it") from error
    except OSError as error:
        raise UsageError(f"{folder / FILE} cannot be read: {error.strerror}") from error
