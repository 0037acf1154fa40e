"""The learning rates of all of a model's optimizers, as something that is set by assignment and needs no new trace."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.state import Replica, innermost, key

ROUNDING = 1e-6
"""Added to the step of a stretched schedule: 49 * (1 / 49) is a little less than 1, and would be cut to step 0."""

LOOKED_AT = 100
"""Steps of a course, evenly spread, at which its largest rate is looked for, and as many again around the best of them."""


class Rates:
    """The rates of some optimizers. Of schedules the steps can be changed too: `schedule(step * stretch + offset) * scale`."""

    def __init__(self, optimizers: Sequence[Any]) -> None:
        """Puts itself before every rate that is not a plain number.

        Args:
            optimizers: Built.
        """
        self.numbers: list[Any] = []
        self._schedules: list[_Course] = []
        self._scale = tf.Variable(1.0, trainable=False, name="dnndoctor_rate_scale")
        self._stretch = tf.Variable(1.0, trainable=False, dtype=tf.float64, name="dnndoctor_rate_stretch")
        for optimizer in optimizers:
            inner = innermost(optimizer)
            source = private.rate(inner)
            if isinstance(source, keras.Variable):
                self.numbers.append(source)
            elif isinstance(source, keras.optimizers.schedules.LearningRateSchedule):
                self._schedules.append(_Course(source, self._scale, self._stretch))
                private.set_rate(inner, self._schedules[-1])
            elif callable(source):
                private.set_rate(inner, _scaled_callable(source, self._scale))

    @property
    def variables(self) -> list[Any]:
        """Everything that sets a rate; those that are plain numbers come last, as `numbers`."""
        return [self._scale, self._stretch, *(course.offset for course in self._schedules), *self.numbers]

    @property
    def scheduled(self) -> bool:
        """Whether an optimizer's rate follows a schedule."""
        return bool(self._schedules)

    def start(
        self, factor: float, pristine: Mapping[int, Any], *, stretch: float = 1.0, held_over: int | None = None
    ) -> dict[int, Any]:
        """The values that a trial's rates start from.

        Args:
            factor: What every rate is multiplied by.
            pristine: Values by `key`; those of the rates are read.
            stretch: What the intervals of schedules are multiplied by.
            held_over: Steps of the course whose largest rate schedules give at every step, None where they run.
        """
        values = {key(self._scale): tf.constant(factor, tf.float32)}
        if held_over is not None:
            values[key(self._stretch)] = tf.constant(0.0, tf.float64)
            for course in self._schedules:
                values[key(course.offset)] = tf.constant(float(course.peak(held_over)), tf.float64)
        elif stretch != 1:
            values[key(self._stretch)] = tf.constant(1 / stretch, tf.float64)
            values |= {key(course.offset): tf.constant(ROUNDING, tf.float64) for course in self._schedules}
        for number in self.numbers:
            values[key(number)] = tf.constant(decimal(pristine[key(number)]) * factor, number.dtype)
        return values

    def multiply(self, factor: float, replica: Replica | None, *, numbers: bool = True) -> None:
        """Multiplies every rate from where it is now.

        Args:
            factor: What by.
            replica: Whose rates, None for the model's own.
            numbers: Whether those that are plain numbers are meant too.
        """
        for variable in [self._scale, *(self.numbers if numbers else ())]:
            plain = variable.value if isinstance(variable, keras.Variable) else variable
            target = plain if replica is None else replica.of(plain)
            target.assign(tf.constant(decimal(target) * factor, target.dtype))


def decimal(rate: Any) -> float:
    """The decimal that a user wrote for a rate, not its float32 neighbour: 0.1 times 1e-3 is then the float32 of 1e-4.

    Args:
        rate: A scalar tensor or variable.
    """
    return float(str(rate.numpy()))


class _Course(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras ships no types, so its classes are Any
    """A schedule whose steps and rates are changed by variables."""

    def __init__(self, schedule: Callable[[Any], Any], scale: Any, stretch: Any) -> None:
        self.offset = tf.Variable(0.0, trainable=False, dtype=tf.float64, name="dnndoctor_rate_offset")
        self._schedule = schedule
        self._scale = scale
        self._stretch = stretch
        self._peaks: dict[int, int] = {}

    def __call__(self, step: Any) -> Any:
        step = tf.convert_to_tensor(step)
        # Whole numbers below 2^53 come through float64 unchanged: without a stretch a schedule sees the steps it always saw.
        moved = tf.cast(tf.cast(step, tf.float64) * self._stretch + self.offset, step.dtype)
        rate = tf.convert_to_tensor(self._schedule(moved))
        return rate * tf.cast(self._scale, rate.dtype)

    def get_config(self) -> dict[str, Any]:
        return dict(self._schedule.get_config())  # type: ignore[attr-defined]  # as every LearningRateSchedule has it

    def peak(self, steps: int) -> int:
        """The step of the largest rate of a course; of equal ones the first."""

        def rate(step: int) -> float:
            return float(self._schedule(tf.constant(step, tf.int64)))

        if steps in self._peaks:
            return self._peaks[steps]
        last = steps - 1
        stride = max(1, last // LOOKED_AT)
        best = max(sorted({*range(0, last + 1, stride), last}), key=rate)
        around = range(max(0, best - stride), min(last, best + stride) + 1, max(1, 2 * stride // LOOKED_AT))
        self._peaks[steps] = max(sorted({*around, best}), key=rate)
        return self._peaks[steps]


def _scaled_callable(source: Callable[[], Any], scale: Any) -> Any:
    def scaled() -> Any:
        rate = tf.convert_to_tensor(source())
        return rate * tf.cast(scale, rate.dtype)

    return scaled
