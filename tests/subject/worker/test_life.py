"""A life reads commands, answers, and ends with its pipe."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from dnndoctor.errors import SubjectError
from dnndoctor.evidence import record
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.messages import Alive, Done, Ended, EpochEnded, Open, Opened, Refused, Run, Train, Trained
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.life import Channel, serve, session_factory
from tests import evidence_samples


class Small:
    """A session that loads at once, or as its config says, and finishes every trial."""

    @staticmethod
    def prepare() -> None:
        """Needs nothing."""

    def open(self, config: str, folder: Path, alive: Callable[[Alive], None]) -> Facts:
        """Loads."""
        alive(Alive(f"reading {folder.name}"))
        if config == "refuse":
            raise SubjectError("no", stage="loading", advice="Mend it.", frames="line 1")
        if config == "exit":
            raise SystemExit(3)
        return evidence_samples.facts()

    def run(
        self,
        trials: Sequence[Trial],
        *,
        on_progress: Callable[[Alive], None],
        deadline: float | None,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """Finishes."""
        for trial in trials:
            on_progress(Alive("trial", trial.id, 1, 0.5))
            on_outcome(Outcome(trial, State.FINISHED if deadline is None else State.CUT))

    def train(self, order: Train, alive: Callable[[Alive], None], on_epoch: Callable[[EpochEnded], None]) -> Trained:
        """Nobody asks for it here."""
        raise NotImplementedError


def said(*commands: Open | Run) -> list[Any]:
    """What a life answers to these commands."""
    command_read, command_write = os.pipe()
    message_read, message_write = os.pipe()
    os.write(command_write, "".join(record.dumps(command) + "\n" for command in commands).encode())
    os.close(command_write)
    serve(Small, command_read, message_write)
    os.close(command_read)
    os.close(message_write)
    kinds: Any = Opened | Refused | Alive | Ended | Done
    with os.fdopen(message_read) as messages:
        return [record.loads(kinds, line) for line in messages]


def test_loading_and_running_are_answered() -> None:
    """Facts, signs of life, an outcome for each trial, and the end of the batch."""
    trial = Trial(seed=4)
    reading, opened, preparing, sign, ended, done = said(Open("", "/somewhere/run"), Run((trial,), None))

    assert reading == Alive("reading run")
    assert record.dumps(opened.facts) == record.dumps(evidence_samples.facts())
    assert preparing.trial == ""
    assert sign == Alive("trial", trial.id, 1, 0.5)
    assert ended == Ended(Outcome(trial, State.FINISHED))
    assert done == Done()


def test_seconds_become_a_deadline() -> None:
    """Clocks of two processes need not agree."""
    *_, ended, _ = said(Run((Trial(),), 5.0))

    assert ended.outcome.state is State.CUT


def test_a_refusal_is_an_answer() -> None:
    """The user's faults are told; an exit that the user's code called for is one."""
    _, refused = said(Open("refuse", "/run"))
    _, exited = said(Open("exit", "/run"))

    assert refused == Refused("no", "loading", "Mend it.", "line 1")
    assert "SystemExit: 3" in exited.message


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe's ends: to read from, to write to."""
    read_end, write_end = os.pipe()
    yield read_end, write_end
    os.close(read_end)
    os.close(write_end)


def test_signs_of_life_are_thinned_out(pipe: tuple[int, int]) -> None:
    """A thousand chunks a second are not a thousand messages, but every trial and every stage is heard."""
    channel = Channel(pipe[1])
    for step in range(1000):
        channel.alive(Alive("trial", "a", step))
    channel.alive(Alive("trial", "b", 0))
    channel.alive(Alive("scoring", "a", 1000))
    lines = os.read(pipe[0], 2**16).decode().splitlines()

    assert len(lines) < 20
    assert [record.loads(Alive, line) for line in lines[-2:]] == [Alive("trial", "b", 0), Alive("scoring", "a", 1000)]


def test_sessions_are_found_by_name() -> None:
    """As the worker's command line names them."""
    assert session_factory("tests.subject.worker.test_life:Small") is Small
