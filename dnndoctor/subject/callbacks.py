"""What becomes of the user's callbacks: schedules and metric-driven ones take part in trials, writers are only read."""

import copy
import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import keras
import numpy as np

from dnndoctor.evidence.facts import CallbackFacts

WRITERS = frozenset({"BackupAndRestore", "CSVLogger", "ModelCheckpoint", "OrbaxCheckpoint", "RemoteMonitor", "TensorBoard"})
"""Callbacks that only leave something behind: a trial must not write over what the user's own runs left there."""

SILENT = frozenset({"History", "ProgbarLogger"})
"""Callbacks that Keras adds by itself and that change nothing."""

MOST_EPOCHS = 100_000
"""A schedule is followed for so many epochs at most: a second or so of a plain function's time."""

_EPOCH_HOOKS = ("on_epoch_begin", "on_epoch_end", "on_test_begin", "on_test_end", "on_train_begin", "on_train_end")
_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


class Treatment(StrEnum):
    """What a trial does with a callback; the wording of `CallbackFacts.treatment`."""

    PER_STEP = "per step"
    EPOCH_ENDS = "at epoch ends"
    CHUNK_ENDS = "at chunk ends"
    READ = "read, not run"
    NOT_RUN = "not run"


def treatment(callback: Any) -> tuple[Treatment, str]:
    """Decides what a trial does with a callback.

    Args:
        callback: A Keras callback, or whatever else stood in the user's list.

    Returns:
        The treatment, and the reason where it is not run.
    """
    ancestry = {kind.__name__ for kind in type(callback).__mro__}
    if not isinstance(callback, keras.callbacks.Callback):
        return Treatment.NOT_RUN, "it is no keras.callbacks.Callback"
    if ancestry & WRITERS:
        return Treatment.READ, "it writes files, and a trial leaves none behind"
    if ancestry & SILENT:
        return Treatment.NOT_RUN, "it only reports"
    if isinstance(callback, keras.callbacks.LearningRateScheduler):
        return Treatment.PER_STEP, ""
    if type(callback) is keras.callbacks.TerminateOnNaN:
        return Treatment.CHUNK_ENDS, ""
    if any(overrides(callback, hook) for hook in _BATCH_HOOKS):
        # One step a chunk is what `fit` does for it: faithful, and slow only where such a callback takes part.
        return Treatment.CHUNK_ENDS, ""
    if any(overrides(callback, hook) for hook in _EPOCH_HOOKS):
        return Treatment.EPOCH_ENDS, ""
    return Treatment.NOT_RUN, "none of the hooks that training calls is overridden"


def overrides(callback: Any, hook: str) -> bool:
    """Whether a callback brings its own version of a hook, by its class or, as `LambdaCallback` does, by the instance.

    Args:
        callback: A Keras callback.
        hook: Name of a method of `keras.callbacks.Callback`.
    """
    method = getattr(callback, hook, None)
    return getattr(method, "__func__", method) is not getattr(keras.callbacks.Callback, hook, None)


def overrides_of(callback: Any, kind: Any, hook: str) -> bool:
    """Whether a callback brings another version of a hook than a class above it.

    Args:
        callback: Of that class or below.
        kind: The class.
        hook: Name of one of its methods.
    """
    method = getattr(callback, hook)
    return getattr(method, "__func__", method) is not getattr(kind, hook)


def taking_part(callbacks: Sequence[Any]) -> list[Any]:
    """The callbacks whose hooks a trial calls, in order.

    `TerminateOnNaN` is not among them: every trial stops by itself once its loss is not finite.

    Args:
        callbacks: The user's callbacks.
    """
    run = (Treatment.PER_STEP, Treatment.EPOCH_ENDS, Treatment.CHUNK_ENDS)
    return [
        callback
        for callback in callbacks
        if treatment(callback)[0] in run and type(callback) is not keras.callbacks.TerminateOnNaN
    ]


def wants_every_step(callbacks: Sequence[Any]) -> bool:
    """Whether one of the callbacks that take part has hooks for single steps.

    Args:
        callbacks: Those that take part.
    """
    return any(overrides(callback, hook) for callback in callbacks for hook in _BATCH_HOOKS)


def stretchable(callback: Any) -> bool:
    """Whether it is a callback of Keras' own that schedules the rate, so that `stretched` does something.

    Args:
        callback: One that takes part.
    """
    return isinstance(callback, keras.callbacks.LearningRateScheduler | keras.callbacks.ReduceLROnPlateau)


def stretched(callback: Any, factor: float) -> Any:
    """A callback whose intervals are longer, or shorter.

    A `LearningRateScheduler` is called once for every whole number that the epoch divided by the factor reaches, so that
    schedules which go on from the rate they are given (`rate * 0.9`) are stretched too.

    Args:
        callback: The user's.
        factor: What the intervals are multiplied by.

    Returns:
        A changed copy; the callback itself where it does not schedule the rate.
    """
    if not stretchable(callback):
        return callback
    longer = copy.copy(callback)
    if isinstance(longer, keras.callbacks.ReduceLROnPlateau):
        # A patience of none at all would be another schedule: every epoch that does not improve would lower the rate.
        longer.patience = max(min(1, longer.patience), round(longer.patience * factor))
        longer.cooldown = round(longer.cooldown * factor)
        return longer
    begin, last = longer.on_epoch_begin, -1

    def on_epoch_begin(epoch: int, logs: Any = None) -> None:
        nonlocal last
        reached = int(epoch / factor + 1e-9)  # 49 / 9.8 is a little less than 5
        while last < reached:
            last += 1
            begin(last, logs)

    longer.on_epoch_begin = on_epoch_begin
    return longer


def scheduled_rates(callback: Any, rate: float, epochs: int) -> list[float] | None:
    """The rate that a `LearningRateScheduler` sets in every epoch, by its own function and without any model.

    Args:
        callback: Of any kind.
        rate: Before the first epoch.
        epochs: How many.

    Returns:
        One rate an epoch; None where it is no such callback, or its function cannot be followed.
    """
    kind = keras.callbacks.LearningRateScheduler
    if not isinstance(callback, kind) or overrides_of(callback, kind, "on_epoch_begin") or epochs > MOST_EPOCHS:
        return None
    rates: list[float] = []
    try:
        schedule = copy.deepcopy(callback.schedule)  # a callable object may count its calls
        for epoch in range(epochs):
            try:
                rate = float(schedule(epoch, rate))
            except TypeError:  # a function of the epoch alone, as Keras takes them too
                rate = float(schedule(epoch))
            set_to = np.float32(rate)  # of the variable that the function is told the rate from in the next epoch
            rate = float(set_to)
            rates.append(float(str(set_to)))
    except Exception:  # the user's own code: what it raises shows in the trials
        return None
    return rates if all(map(math.isfinite, rates)) else None


def largest_scheduled(callbacks: Sequence[Any], optimizer: Any, epochs: int) -> float | None:
    """The largest rate that the callbacks will set for an optimizer, None where no callback tells beforehand.

    Args:
        callbacks: Those that take part.
        optimizer: Whose rate they set.
        epochs: Of the whole course.
    """
    rate = getattr(optimizer, "learning_rate", None)
    if not isinstance(rate, keras.Variable):
        return None
    for callback in callbacks:
        if rates := scheduled_rates(callback, float(rate), epochs):
            return max(rates)
    return None


def describe_callbacks(callbacks: Sequence[Any]) -> tuple[CallbackFacts, ...]:
    """Facts of the user's callbacks.

    Args:
        callbacks: As the user lists them.

    Returns:
        One entry each, in order.
    """
    return tuple(_facts(callback) for callback in callbacks)


def _facts(callback: Any) -> CallbackFacts:
    done, why = treatment(callback)
    settings = {  # text or a number in the user's list has no attributes of its own
        name: value
        for name, value in getattr(callback, "__dict__", {}).items()
        if not name.startswith("_") and (value is None or isinstance(value, str | int | float | bool))
    }
    return CallbackFacts(kind=type(callback).__name__, settings=settings, treatment=done.value, why=why)
