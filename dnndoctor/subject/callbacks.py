"""What becomes of the user's callbacks: schedules and metric-driven ones take part in trials, writers are only read."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import keras

from dnndoctor.evidence.facts import CallbackFacts

WRITERS = frozenset({"BackupAndRestore", "CSVLogger", "ModelCheckpoint", "OrbaxCheckpoint", "RemoteMonitor", "TensorBoard"})
"""Callbacks that only leave something behind: a trial must not write over what the user's own runs left there."""

SILENT = frozenset({"History", "ProgbarLogger"})
"""Callbacks that Keras adds by itself and that change nothing."""

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
