"""The way for debugging: trials run in the doctor's own process, where a debugger sees them and nothing is isolated."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.messages import Alive
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors import Progress

REAL_SESSION = "dnndoctor.subject.session:Session"


class InlineExecutor:
    """Runs trials in this process; see `Executor`. A crash, a hang or `sys.exit` of the user's code is the doctor's own."""

    def __init__(self, config: LoadedConfig, folder: Path, *, session: str = REAL_SESSION) -> None:
        """Imports nothing yet.

        Args:
            config: Of the subject.
            folder: The run's folder; the sample's cache goes there.
            session: What is served, as `package.module:name`.
        """
        self._config = config
        self._folder = folder
        self._session_name = session
        self._session: Any = None

    def open(self, on_progress: Callable[[Progress], None]) -> Facts:
        """See `Executor.open`."""
        on_progress(Progress("importing TensorFlow"))
        module, _, name = self._session_name.partition(":")
        # By name: only the worker's entry may import the subject, and whoever asks for `inline` opens that door knowingly.
        factory = getattr(importlib.import_module(module), name)
        factory.prepare()
        self._session = factory()
        facts = self._session.open(self._config.model_dump_json(), self._folder, lambda sign: on_progress(Progress(sign.stage)))
        assert isinstance(facts, Facts)  # the session is known by name only
        return facts

    def run(self, trials: Sequence[Trial], on_progress: Callable[[Progress], None], deadline: float | None) -> Iterator[Outcome]:
        """See `Executor.run`. Signs of life come from the trials themselves, so a long step is silent."""
        if self._session is None:
            self.open(on_progress)
        outcomes: list[Outcome] = []

        def alive(sign: Alive) -> None:
            on_progress(Progress(sign.stage, sign.trial, sign.steps_run, sign.loss))

        for trial in trials:
            self._session.run([trial], on_progress=alive, deadline=deadline, on_outcome=outcomes.append)
            yield from outcomes
            outcomes.clear()

    def close(self) -> None:
        """See `Executor.close`."""
        self._session = None
