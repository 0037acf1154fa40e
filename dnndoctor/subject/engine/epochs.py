"""Trials in which the user's callbacks take part: epochs as `fit` makes them, with the callbacks acting on the model itself."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from dnndoctor.evidence.outcome import EpochEnd, Outcome
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.callbacks import largest_scheduled, stretched, taking_part, wants_every_step
from dnndoctor.subject.edits import Held
from dnndoctor.subject.engine import order, private
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.job import Context, Job, Taken, begin, finish, take
from dnndoctor.subject.engine.rates import decimal
from dnndoctor.subject.engine.recording import flat_logs
from dnndoctor.subject.engine.state import key


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
        rates = _ShownRates(self.job, callbacks, epochs)
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

    def _steps(self, epoch: list[npt.NDArray[np.int32]], hooks: Any, rates: "_ShownRates") -> bool:
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


class _ShownRates:
    """Shows callbacks the rates of the user's recipe, while steps are taken at a multiple of them, or at rates that are held.

    A callback sets rates outright (`optimizer.learning_rate = 1e-3`) or by a factor, and both go by the user's own rate.
    """

    def __init__(self, job: Job, callbacks: Sequence[Any], epochs: int) -> None:
        """Shows the rates of the user's recipe.

        Args:
            job: Just begun: its rates are where it starts from.
            callbacks: Those that take part.
            epochs: Of the whole course.
        """
        self._rates = job.structure.rates
        self._numbers = [number.value for number in self._rates.numbers]
        self._phases = job.phases
        self._factor = job.recipe.rate_factor
        self._held = job.recipe.held
        optimizer = job.structure.model.optimizer
        self._optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        own = [job.structure.state.pristine[key(number)] for number in self._rates.numbers]
        for number, rate in zip(self._numbers, own, strict=True):
            number.assign(rate)
        self._kept = [decimal(rate) if self._held is Held.COMPILED else 0.0 for rate in own]
        if self._held is Held.LARGEST and (main := self._main()) is not None:
            # A schedule that is known beforehand tells its largest rate; of other callbacks it is the largest so far.
            self._kept[main] = largest_scheduled(callbacks, self._optimizer, epochs) or 0.0

    @contextmanager
    def applied(self, taken: int) -> Iterator[None]:
        """The rates that steps are taken at, while steps are taken.

        Args:
            taken: Steps taken so far.
        """
        factor = self._phases.get(taken)
        if factor is None and self._factor == 1 and self._held is None:
            yield
            return
        if factor is not None:
            self._factor *= factor
            self._rates.multiply(factor, None, numbers=False)
        shown = [tf.identity(number) for number in self._numbers]
        if self._held is Held.LARGEST:
            self._kept = [max(kept, decimal(rate)) for kept, rate in zip(self._kept, shown, strict=True)]
        meant = [self._meant(place, rate) for place, rate in enumerate(shown)]
        for number, rate in zip(self._numbers, meant, strict=True):
            number.assign(rate)
        yield
        for number, before, during in zip(self._numbers, shown, meant, strict=True):
            # A `train_step` may set a rate as well; else the very same number is shown again, however often this is done.
            number.assign(before if float(number) == float(during) else number / self._factor)

    def now(self) -> float:
        """The rate of the compiled optimizer that steps would be taken at."""
        main = self._main()
        if main is not None:
            return float(self._meant(main, self._numbers[main]))
        return float(self._optimizer.learning_rate) if self._optimizer is not None else float("nan")

    def _meant(self, place: int, shown: Any) -> Any:
        if self._held is None and self._factor == 1:
            return tf.identity(shown)
        rate = decimal(shown) if self._held is None else self._kept[place]
        return tf.constant(rate * self._factor, shown.dtype)

    def _main(self) -> int | None:
        source = None if self._optimizer is None else private.rate(self._optimizer)
        return next((place for place, number in enumerate(self._rates.numbers) if number is source), None)


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
