"""A subject and its engine, behind the commands that a worker understands."""

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.messages import Alive, EpochEnded, Train, Trained
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.tensorflow_import import import_tensorflow, usable_cores

NEEDED = ("dnndoctor.subject.subject", "dnndoctor.subject.engine", "dnndoctor.subject.looks")
"""Imported only after TensorFlow was imported in its own way; none of them runs an op while it is imported."""


class Session:
    """One subject, loaded once and tried many times."""

    def __init__(self) -> None:
        """Holds no subject yet."""
        self._engine: Any = None
        self._scene: Any = None

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
        from dnndoctor.subject.looks import Scene
        from dnndoctor.subject.subject import load_subject
        from dnndoctor.subject.treatments import Treatments

        def stage(name: str) -> None:
            alive(Alive(name))

        loaded = LoadedConfig.model_validate_json(config)
        blueprint, facts = load_subject(loaded, folder, stage)
        self._scene = Scene(blueprint, facts)
        if loaded.config.ladder.preset == "static":
            return facts  # the subject is only looked at, so nothing is traced for training
        workers = loaded.config.runtime.workers
        cores = usable_cores() if workers == "auto" else workers
        treated = Treatments(loaded.config).run(blueprint.batch_size)
        self._engine = Engine(blueprint, cores=cores, alive=stage, treated=treated)
        return replace(facts, engine=self._engine.facts())

    def run(
        self,
        trials: Sequence[Trial],
        *,
        on_progress: Callable[[Alive], None],
        deadline: float | None,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """Does looks, and then runs the other trials, several at a time where the engine can.

        Args:
            trials: All different.
            on_progress: Called after every chunk of steps, from any thread.
            deadline: `time.monotonic()` after which what still runs is cut; None for no deadline.
            on_outcome: Called with each outcome as soon as it is there, from any thread.
        """
        from dnndoctor.subject.looks import look

        for trial in trials:
            if trial.look and (deadline is None or time.monotonic() < deadline):
                on_progress(Alive("looking", trial.id))
                on_outcome(look(self._scene, trial))
            elif trial.look:
                on_outcome(Outcome(trial, State.CUT, reason="The time was up before it began."))
        trained = [trial for trial in trials if not trial.look]
        if not trained:
            return
        self._engine.run(
            trained,
            on_progress=lambda sign: on_progress(Alive("trial", sign.trial, sign.steps_run, sign.loss)),
            deadline=deadline,
            on_outcome=on_outcome,
        )

    def train(self, order: Train, alive: Callable[[Alive], None], on_epoch: Callable[[EpochEnded], None]) -> Trained:
        """Trains a subject by its full recipe, by the model's own `fit`, and saves it.

        Args:
            order: What to train, and where to write it.
            alive: Called with each stage, and at least at every batch.
            on_epoch: Called at the end of every epoch.

        Raises:
            SubjectError: The user's model or data could not be built or trained.
        """
        from dnndoctor.subject.full_training import train

        return train(order, alive, on_epoch)
