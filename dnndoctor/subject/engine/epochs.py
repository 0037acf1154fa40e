"""Trials in which the user's callbacks take part: epochs as `fit` makes them, with the callbacks acting on the model itself."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from dnndoctor.evidence.outcome import EpochEnd, Outcome
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.callbacks import taking_part, wants_every_step
from dnndoctor.subject.engine import order, private
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.job import Context, Job, Taken, begin, finish, take
from dnndoctor.subject.engine.recording import flat_logs


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
        batches = self._epochs()
        hooks = keras.callbacks.CallbackList(
            callbacks, add_history=False, add_progbar=False, verbose=0, epochs=self.blueprint.epochs, steps=None, model=model
        )
        rate = _ShownRate(self._optimizer(), self.job.rate_factor)
        each_step = wants_every_step(callbacks)
        model.stop_training = False
        rate.hooked(hooks.on_train_begin)
        logs: dict[str, float] = {}
        for number, epoch in enumerate(batches):
            if not self._more():
                break
            model.reset_metrics()
            rate.hooked(partial(hooks.on_epoch_begin, number))
            complete = self._steps(epoch, hooks if each_step else None, rate)
            if not complete:
                break
            logs = self._logs(hooks, rate)
            rate.hooked(partial(hooks.on_epoch_end, number, logs))
            self._ends.append(EpochEnd(self._taken.count, dict(logs), rate.now()))
            if model.stop_training:
                self._taken.stopped_by = self._taken.stopped_by or _stopper(callbacks)
        rate.hooked(partial(hooks.on_train_end, logs))
        if isinstance(model.optimizer, keras.optimizers.Optimizer):
            model.optimizer.finalize_variable_values(model.trainable_variables)
        outcome = finish(self.job, None, self._taken, start, began)
        return replace(outcome, epochs=tuple(self._ends))

    def _optimizer(self) -> Any:
        optimizer = self.job.structure.model.optimizer
        return getattr(optimizer, "inner_optimizer", optimizer)

    def _more(self) -> bool:
        return self._taken.count < self.job.trial.steps and not self._taken.stopped_by and not self.context.over

    def _epochs(self) -> Iterator[list[npt.NDArray[np.int32]]]:
        passes = order.epochs(self.job.rows, self.job.batch_size, self.job.trial.seed, self.blueprint.shuffle)
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

    def _steps(self, epoch: list[npt.NDArray[np.int32]], hooks: Any, rate: "_ShownRate") -> bool:
        """Takes the steps of one epoch; returns whether it came to its end."""
        left = self.job.trial.steps - self._taken.count
        model = self.job.structure.model
        first = self._taken.count
        for part in _equal_widths(epoch[:left]):
            done = 0
            while done < len(part) and self._more() and not model.stop_training:
                before = self._taken.count
                number = before - first
                if hooks is not None:
                    rate.hooked(partial(hooks.on_train_batch_begin, number))
                take(self.job, part[done:], self._taken, None, self.context, 1 if hooks is not None else None)
                done += self._taken.count - before
                if hooks is not None:
                    rate.hooked(partial(hooks.on_train_batch_end, number, self._train_logs()))
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

    def _logs(self, hooks: Any, rate: "_ShownRate") -> dict[str, float]:
        logs = self._train_logs()
        if self.validation is not None and self.job.evaluator is not None:
            rate.hooked(hooks.on_test_begin)
            found = self.job.evaluator.logs(self.validation, None)
            rate.hooked(partial(hooks.on_test_end, found))
            logs |= {f"val_{name}": value for name, value in found.items()}
        return logs


class _ShownRate:
    """Shows callbacks the rate of the user's recipe while steps are taken at a multiple of it.

    A callback sets rates outright (`optimizer.learning_rate = 1e-3`), so a rate edit has to be taken off before and put on after.
    """

    def __init__(self, optimizer: Any, factor: float) -> None:
        self._optimizer = optimizer
        self._factor = factor

    def hooked(self, call: Any) -> None:
        """Calls callbacks with the rate as they know it."""
        self._times(1.0 / self._factor)
        try:
            call()
        finally:
            self._times(self._factor)

    def now(self) -> float:
        """The rate that steps are taken at."""
        return float(self._optimizer.learning_rate) if self._optimizer is not None else float("nan")

    def _times(self, factor: float) -> None:
        source = None if self._optimizer is None else private.rate(self._optimizer)
        if factor != 1.0 and isinstance(source, keras.Variable):
            source.assign(float(source) * factor)


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
