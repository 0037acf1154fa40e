"""Trials in which the user's callbacks take part: epochs as `fit` makes them, with the callbacks acting on the model itself."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from dnndoctor.evidence.outcome import EpochEnd, Outcome
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.callbacks import stretched, taking_part, wants_every_step
from dnndoctor.subject.engine import order
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.job import Context, Job, Taken, begin, finish, take
from dnndoctor.subject.engine.recording import flat_logs
from dnndoctor.subject.engine.shown_rates import ShownRates


@dataclass
class Epochs:
    """One trial by epochs.

    Attributes:
        job: The trial; its way keeps the metrics of an epoch.
        blueprint: Of the subject.
        validation: All validation rows, None where there are none.
        context: Surroundings.
    """

    job: Job
    blueprint: Blueprint
    validation: Rows | None
    context: Context
    _taken: Taken = field(default_factory=Taken)
    _ends: list[EpochEnd] = field(default_factory=list)

    def run(self) -> Outcome:
        """Runs the trial on the model's own variables.

        Raises:
            Exception: Whatever the user's code, callbacks included, raises.
        """
        began = time.perf_counter()
        start = begin(self.job, None)
        model = self.job.structure.model
        callbacks = taking_part(self.blueprint.make_callbacks())
        epochs = max(1, round(self.blueprint.epochs * self.job.recipe.epochs_factor))
        if self.job.recipe.stretch != 1:
            callbacks = [stretched(callback, self.job.recipe.stretch) for callback in callbacks]
        batches = self._epochs()
        hooks = keras.callbacks.CallbackList(
            callbacks, add_history=False, add_progbar=False, verbose=0, epochs=epochs, steps=None, model=model
        )
        recipe, state = self.job.recipe, self.job.structure.state
        rates = ShownRates(self.job.structure.rates, model.optimizer, state.pristine, recipe, self.job.phases, callbacks, epochs)
        each_step = wants_every_step(callbacks)
        model.stop_training = False
        hooks.on_train_begin()
        logs: dict[str, float] = {}
        for number, epoch in enumerate(batches):
            if not self._more():
                break
            model.reset_metrics()
            hooks.on_epoch_begin(number)
            complete = self._steps(epoch, hooks if each_step else None, rates)
            if not complete:
                break
            logs = self._logs(hooks)
            hooks.on_epoch_end(number, logs)
            self._ends.append(EpochEnd(self._taken.count, dict(logs), rates.now()))
            if model.stop_training:
                self._taken.stopped_by = self._taken.stopped_by or _stopper(callbacks)
        self.job.structure.averages.assign(None)  # before the last hook, as `fit` does
        hooks.on_train_end(logs)
        outcome = finish(self.job, None, self._taken, start, began)
        return replace(outcome, epochs=tuple(self._ends))

    def _more(self) -> bool:
        return self._taken.count < self.job.trial.steps and not self._taken.stopped_by and not self.context.over

    def _epochs(self) -> Iterator[list[npt.NDArray[np.int32]]]:
        shuffled = self.blueprint.shuffle or self.job.recipe.shuffled
        passes = order.epochs(self.job.rows, self.job.batch_size, self.job.trial.seed, shuffled)
        size = self.blueprint.steps_per_epoch
        if size is None:
            yield from passes
            return
        waiting: list[npt.NDArray[np.int32]] = []
        for one_pass in passes:
            waiting += one_pass
            while len(waiting) >= size:
                yield waiting[:size]
                waiting = waiting[size:]

    def _steps(self, epoch: list[npt.NDArray[np.int32]], hooks: Any, rates: ShownRates) -> bool:
        """Takes the steps of one epoch; returns whether it came to its end."""
        left = self.job.trial.steps - self._taken.count
        model = self.job.structure.model
        first = self._taken.count
        for part in _equal_widths(epoch[:left]):
            done = 0
            while done < len(part) and self._more() and not model.stop_training:
                before = self._taken.count
                number = before - first
                limit = self.job.to_next_phase(before)
                if hooks is not None:
                    limit = 1
                    hooks.on_train_batch_begin(number)
                with rates.applied(before):
                    take(self.job, part[done:], self._taken, None, self.context, limit)
                done += self._taken.count - before
                if hooks is not None:
                    hooks.on_train_batch_end(number, self._train_logs())
        ended = self._taken.stopped_by != "" or model.stop_training
        return ended or (len(epoch) <= left and not self.context.over)

    def _train_logs(self) -> dict[str, float]:
        """What `fit` takes for an epoch's logs: the metrics where the step reports just these, else the last step's report."""
        metrics = {key: float(value) for key, value in flat_logs(self.job.structure.model.get_metrics_result()).items()}
        last = self._taken.records[-1][-1]
        reported = {
            column.name: float(number) for column, number in zip(self.job.way.columns, last, strict=True) if column.what == "log"
        }
        return reported if reported and reported.keys() != metrics.keys() else metrics

    def _logs(self, hooks: Any) -> dict[str, float]:
        logs = self._train_logs()
        if self.validation is not None and self.job.evaluator is not None:
            hooks.on_test_begin()
            found = self.job.evaluator.logs(self.validation, None)
            hooks.on_test_end(found)
            logs |= {f"val_{name}": value for name, value in found.items()}
        return logs


def _equal_widths(epoch: list[npt.NDArray[np.int32]]) -> Iterator[npt.NDArray[np.int32]]:
    """The batches of an epoch as index matrices, a short last batch in one of its own."""
    start = 0
    for end in range(1, len(epoch) + 1):
        if end == len(epoch) or len(epoch[end]) != len(epoch[start]):
            yield np.stack(epoch[start:end])
            start = end


def _stopper(callbacks: list[Any]) -> str:
    stopped = [callback for callback in callbacks if getattr(callback, "stopped_epoch", 0)]
    named = stopped or [callback for callback in callbacks if isinstance(callback, keras.callbacks.EarlyStopping)] or callbacks
    return type(named[0]).__name__ if named else "a callback"
