"""The learning rate over the user's course as it is configured, found without training."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.subject.callbacks import scheduled_rates
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.state import innermost

POINTS = 101
"""A point for each per cent of the course, the first step and the last among them."""


def course_rates(optimizer: Any, callbacks: Sequence[Any], epochs: int, steps_per_epoch: int | None) -> tuple[float, ...]:
    """The rate at evenly spaced steps of the course, by the optimizer's schedule or by a `LearningRateScheduler`.

    What other callbacks do hangs on the training itself and is not in it.

    Args:
        optimizer: The compiled one, None where there is none; it is only read.
        callbacks: The user's.
        epochs: Of the course.
        steps_per_epoch: None where the data has no known end.

    Returns:
        `POINTS` rates; empty where the course is not known, or the user's own code does not say.
    """
    if steps_per_epoch is None or not isinstance(optimizer, keras.optimizers.Optimizer):
        return ()
    source = private.rate(innermost(optimizer))
    steps = np.round(np.linspace(0, max(1, epochs * steps_per_epoch) - 1, POINTS)).astype(np.int64)
    schedulers = [callback for callback in callbacks if isinstance(callback, keras.callbacks.LearningRateScheduler)]
    try:
        if isinstance(source, keras.optimizers.schedules.LearningRateSchedule):
            # Keras refuses a callback that sets the rate of an optimizer with a schedule.
            known = {int(step): _decimal(source(tf.constant(step))) for step in np.unique(steps)}
            return () if schedulers else tuple(known[int(step)] for step in steps)
        rate = _decimal(source() if callable(source) and not isinstance(source, keras.Variable) else source)
    except Exception:  # a schedule of the user's own that raises outside of training
        return ()
    if not schedulers:
        return (rate,) * POINTS
    by_epoch = scheduled_rates(schedulers[0], rate, epochs) if len(schedulers) == 1 else None
    return tuple(by_epoch[step // steps_per_epoch] for step in steps.tolist()) if by_epoch else ()


def _decimal(rate: Any) -> float:
    """A rate as the user wrote it: 0.001 and not the float32 next to it."""
    return float(str(np.float32(np.asarray(keras.ops.convert_to_numpy(rate)))))
