"""The engine: from trials as plain data to outcomes."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from dnndoctor.evidence.facts import EngineFacts
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.subject import edits as subject_edits
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.callbacks import stretchable, taking_part
from dnndoctor.subject.edits import CannotApplyError, Held, Run
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine import order
from dnndoctor.subject.engine.building import symbolic, without_collection
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.edited_rows import EditedRows, changing_rows, target_kinds
from dnndoctor.subject.engine.epochs import Epochs
from dnndoctor.subject.engine.evaluation import SMALLEST_BATCH, Evaluator, counted_rows
from dnndoctor.subject.engine.job import Context, Job, Pace, Progress, run
from dnndoctor.subject.engine.pool import Pool
from dnndoctor.subject.engine.reasons import reason
from dnndoctor.subject.engine.scored_sets import ScoredSets
from dnndoctor.subject.engine.seeds import Seeds
from dnndoctor.subject.engine.state import Replica
from dnndoctor.subject.engine.structure import Structure

MEASURED_SECONDS = 0.05
"""Steps are timed for about so long at the start, and at least half of it: hundreds of 0.1 ms, six of 4 ms."""

MOST_GROWTH = 16
"""Of the number of steps from one measurement to the next, the first of which pay for the set-up of the graph."""


class Engine:
    """Runs trials on one subject."""

    def __init__(self, blueprint: Blueprint, *, cores: int, alive: Callable[[str], None], treated: Run | None = None) -> None:
        """Builds the user's own model, chooses how its steps are taken, and times them.

        A subject that cannot train at all is no error here: `facts` says so, and every trial of it fails with the reason.

        Args:
            blueprint: Of the subject.
            cores: How many trials may run side by side.
            alive: Called with a short phrase now and then during slow work.
            treated: What every trial does apart from its model, before its edits; the blueprint's recipe by default.
        """
        self._blueprint = blueprint
        self._recipe = treated or Run(batch_size=blueprint.batch_size)
        self._cores = cores
        self._alive = alive
        self._rows = rows_data.rows_of(blueprint.train)
        self._validation = (
            None if blueprint.validation is None else rows_data.weighted_like(rows_data.rows_of(blueprint.validation), self._rows)
        )
        self._counted = counted_rows(blueprint.train)
        self._structures: dict[tuple[Any, ...], Structure] = {}
        self._evaluators: dict[int, Evaluator] = {}
        self._edited = EditedRows(self._rows, self._validation, self._coded, target_kinds(blueprint))
        self._scored = ScoredSets(blueprint, self._edited, lambda: self._step)
        self._starts: dict[Any, Any] = {}
        self._pace = Pace()
        self._cancelled = threading.Event()
        self._telling = threading.Lock()
        self._seeds = Seeds(blueprint, self._rows)
        self._first_call = self._step = float("nan")
        self._failure = ""
        try:
            with without_collection():
                self._open()
        except Exception as error:  # the user's own code: told in the facts and by every trial that an edit does not mend
            self._failure = reason(error)

    def _open(self) -> None:
        self._alive("building the model")
        began = time.perf_counter()
        structure = self._structure(())
        self._seeds.look(structure)
        self._alive("tracing the training step")
        way = structure.way(Recording.LOSS)
        self._first_call = time.perf_counter() - began
        size = structure.fixed_batch or min(self._blueprint.batch_size, self._rows.count)
        everything = np.arange(self._rows.count, dtype=np.int32)
        self._alive("timing the training step")
        steps, took = 2, 0.0
        while took < MEASURED_SECONDS / 2:
            index = order.stream(everything, steps, size, 0, True)
            began = time.perf_counter()
            taken = len(way.run(self._rows.leaves, index, -np.inf, 0, None).records)
            took = time.perf_counter() - began
            if taken < steps:
                break
            steps *= int(np.clip(np.ceil(MEASURED_SECONDS / took), 2, MOST_GROWTH))
        self._step = took / taken
        self._pace.note((id(structure), Recording.LOSS.value, size), took, taken)
        structure.state.reset({})

    def facts(self) -> EngineFacts:
        """How trials are run."""
        base = self._structures.get(())
        if base is None:
            return EngineFacts("train_on_batch", self._failure, float("nan"), float("nan"), 1, False, False)
        return EngineFacts(
            path=base.path,
            why="; ".join([*base.why, *([self._failure] if self._failure else [])]),
            step_seconds=self._step,
            first_call_seconds=self._first_call,
            replicas=len(base.replicas),
            self_seeded=self._seeds.self_seeded,
            repeatable=base.repeatable and base.path in ("replicas", "loop", "step_function"),
        )

    def cancel(self) -> None:
        """Has everything that runs end with its chunk, as CUT; may be called from any thread."""
        self._cancelled.set()

    def run(
        self,
        trials: Sequence[Trial],
        *,
        on_progress: Callable[[Progress], None],
        deadline: float | None,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """Runs trials, side by side where that is possible, the longest first.

        Args:
            trials: All different.
            on_progress: Called after every chunk of steps, by one thread at a time.
            deadline: `time.monotonic()` after which trials are cut, None for never.
            on_outcome: Called once for every trial, by one thread at a time.
        """
        self._cancelled.clear()

        def tell(outcome: Outcome) -> None:
            with self._telling:
                on_outcome(outcome)

        def progress(made: Progress) -> None:
            with self._telling:
                on_progress(made)

        context = Context(progress, deadline, self._cancelled.is_set, self._pace)

        def work(job: Job, replica: Replica | None) -> None:
            try:
                outcome = self._epochs(job, context) if job.trial.callbacks else run(job, replica, context)
            except Exception as error:  # user code, of any kind
                outcome = self._failed(job.trial, error)
            tell(outcome)

        # The first begin while the others are made ready, which costs no more CPU time as long as kernels last (`private`).
        jobs = ((job, self._length(job)) for job in self._prepared(trials, context, tell))
        Pool(jobs, min(self._cores, len(trials)), work).run()

    def _prepared(self, trials: Sequence[Trial], context: Context, tell: Callable[[Outcome], None]) -> Iterator[Job]:
        """Trials ready to run; what cannot run is told instead."""
        for trial in trials:
            if context.over:
                tell(Outcome(trial, State.CUT, reason="The time was up before it began."))
                continue
            with self._telling:
                self._alive("preparing trials")
            try:
                with without_collection():
                    job = self._job(trial)
            except CannotApplyError as error:
                tell(Outcome(trial, State.IMPOSSIBLE, reason=str(error)))
            except Exception as error:  # user code, of any kind
                tell(self._failed(trial, error))
            else:
                yield job

    def _epochs(self, job: Job, context: Context) -> Outcome:
        return Epochs(job, self._blueprint, self._edited.validation(job.trial.edits), context).run()

    def _length(self, job: Job) -> float:
        guessed = (1.0 if np.isnan(self._step) else self._step) * max(0.1, job.batch_size / max(1, self._blueprint.batch_size))
        known = self._pace.seconds.get(job.pace_key, guessed)
        return job.trial.steps * known

    @staticmethod
    def _failed(trial: Trial, error: Exception) -> Outcome:
        state = State.OUT_OF_MEMORY if isinstance(error, tf.errors.ResourceExhaustedError | MemoryError) else State.FAILED
        return Outcome(trial, state, reason=reason(error))

    def _structure(self, edits: tuple[Edit, ...], rows: Rows | None = None) -> Structure:
        rows = rows or self._rows
        # Whole numbers that an edit gave another scale are fractions, and a trace takes one dtype only.
        dtypes = tuple(leaf.dtype.name for leaf in rows.leaves)
        plain = dtypes == tuple(leaf.dtype.name for leaf in self._rows.leaves)
        name = (*((edit.name, *sorted(edit.parameters.items())) for edit in edits), *(() if plain else dtypes))
        if name not in self._structures:
            self._structures[name] = Structure(self._blueprint, edits, rows, self._blueprint.batch_size, self._cores)
        return self._structures[name]

    def _coded(self) -> Sequence[bool]:
        from dnndoctor.subject.coded_inputs import coded_inputs  # here, as it stands on modules of this package

        return rows_data.leaves_of(coded_inputs(self._structure(()).model, symbolic(self._rows)[0]))

    def _job(self, trial: Trial) -> Job:
        run_of = subject_edits.change_run(trial.edits, self._recipe)
        edited = self._edited.train(trial.edits)
        structure = self._structure(tuple(edit for edit in trial.edits if subject_edits.applied(edit).structural), edited)
        callbacks = taking_part(self._blueprint.make_callbacks()) if trial.callbacks else []
        if run_of.stretch != 1 and not structure.rates.scheduled and not any(map(stretchable, callbacks)):
            raise CannotApplyError("Neither the optimizer nor a callback of Keras' own schedules the rate, so nothing stretches.")
        way = structure.way(trial.recording, keep_metrics=trial.callbacks)
        rows = np.arange(self._rows.count, dtype=np.int32)
        if trial.rows is not None:
            sample = self._edited.sample(trial.edits, self._blueprint.train, validation=False)
            targets = rows_data.leaves_of(sample.y)
            counted = self._counted if sample is self._blueprint.train else counted_rows(sample)
            known = np.asarray(targets[0])[counted] if targets else None
            rows = counted[order.tiny_set(trial.rows, known, len(counted), trial.seed)]
        size = min(run_of.batch_size, len(rows))
        if structure.fixed_batch is not None:
            if trial.rows is None and run_of.batch_size != structure.fixed_batch:
                raise CannotApplyError(f"The model is made for batches of {structure.fixed_batch} rows and takes no others.")
            size = structure.fixed_batch
        index = np.zeros((0, size), np.int32)
        if not trial.callbacks:
            shuffled = self._blueprint.shuffle or run_of.shuffled or trial.rows is not None
            index = order.stream(rows, trial.steps, size, trial.seed, shuffled)
        data_edits = tuple(changing_rows(trial.edits))
        start_edits = _overriding(trial, "change_start")
        evaluated = trial.scored or (trial.callbacks and self._validation is not None)
        evaluator = self._evaluator(structure, edited) if evaluated else None
        return Job(
            trial=trial,
            structure=structure,
            way=way,
            evaluator=evaluator,
            leaves=edited.leaves,
            rows=rows,
            index=index,
            batch_size=size,
            recipe=run_of,
            start=structure.start(
                self._seeds.drawn(structure, trial.seed, start_edits),
                run_of.rate_factor,
                stretch=run_of.stretch,
                held_over=round(self._blueprint.course_steps * run_of.epochs_factor) if run_of.held is Held.LARGEST else None,
            ),
            train=self._scored.train(trial, rows, evaluator, structure) if trial.scored else None,
            validation=self._scored.validation(trial.edits, evaluator, structure) if trial.scored else None,
            starts=self._starts,
            start_key=(id(structure), trial.seed, trial.rows, repr((data_edits, start_edits))),
        )

    def _evaluator(self, structure: Structure, rows: Rows) -> Evaluator:
        if id(structure) not in self._evaluators:
            size = structure.fixed_batch or max(self._blueprint.batch_size, SMALLEST_BATCH)
            evaluator = Evaluator(structure.model, self._blueprint, rows, size)
            for function in evaluator.functions():
                structure.state.know(function.graph.variables)
            self._evaluators[id(structure)] = evaluator
        return self._evaluators[id(structure)]


def _overriding(trial: Trial, method: str) -> tuple[Edit, ...]:
    return tuple(edit for edit in trial.edits if subject_edits.applied(edit).overrides(method))
