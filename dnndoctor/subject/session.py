"""A subject and its engine, behind the two commands that a worker understands."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.messages import Alive
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.tensorflow_import import import_tensorflow, usable_cores

NEEDED = ("dnndoctor.subject.subject", "dnndoctor.subject.engine")
"""Imported only after TensorFlow was imported in its own way; none of them runs an op while it is imported."""


class Session:
    """One subject, loaded once and tried many times."""

    def __init__(self) -> None:
        """Holds no subject yet."""
        self._engine: Any = None

    @staticmethod
    def prepare() -> None:
        """Imports everything that loading and training need, and runs no TensorFlow op, so that a fork is safe afterwards.

        Raises:
            ImportError: TensorFlow or Keras is not installed or does not load.
        """
        import_tensorflow()
        for name in NEEDED:
            importlib.import_module(name)

    def open(self, config: str, folder: Path, alive: Callable[[Alive], None]) -> Facts:
        """Loads the subject and gets its engine running.

        Args:
            config: The `LoadedConfig` as JSON.
            folder: The run's folder, where the sample is cached.
            alive: Called with each stage.

        Returns:
            The facts, those of the engine included.

        Raises:
            SubjectError: The user's model or data could not be built or run.
        """
        from dnndoctor.subject.engine import Engine
        from dnndoctor.subject.subject import load_subject

        def stage(name: str) -> None:
            alive(Alive(name))

        loaded = LoadedConfig.model_validate_json(config)
        blueprint, facts = load_subject(loaded, folder, stage)
        if loaded.config.ladder.preset == "static":
            return facts  # no trial will be run, so nothing is traced for one
        workers = loaded.config.runtime.workers
        self._engine = Engine(blueprint, cores=usable_cores() if workers == "auto" else workers, alive=stage)
        return replace(facts, engine=self._engine.facts())

    def run(
        self,
        trials: Sequence[Trial],
        *,
        on_progress: Callable[[Alive], None],
        deadline: float | None,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """Runs trials, several at a time where the engine can.

        Args:
            trials: All different.
            on_progress: Called after every chunk of steps, from any thread.
            deadline: `time.monotonic()` after which what still runs is cut; None for no deadline.
            on_outcome: Called with each outcome as soon as it is there, from any thread.
        """
        self._engine.run(
            trials,
            on_progress=lambda sign: on_progress(Alive("trial", sign.trial, sign.steps_run, sign.loss)),
            deadline=deadline,
            on_outcome=on_outcome,
        )
