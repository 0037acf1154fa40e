"""The learning rate over the user's course, without training."""

from pathlib import Path
from typing import Any

import keras
import pytest

from dnndoctor.subject.facts.rate_facts import POINTS, course_rates
from tests.subject.patient import DATA, MODEL, Patient

ADAM, SCHEDULER, SCHEDULES = keras.optimizers.Adam, keras.callbacks.LearningRateScheduler, keras.optimizers.schedules


def test_a_constant_rate() -> None:
    """It is the number that the user wrote, all along, whatever watches the training."""
    rates = course_rates(ADAM(1e-3), [keras.callbacks.ReduceLROnPlateau(), keras.callbacks.EarlyStopping()], 10, 32)

    assert rates == (0.001,) * POINTS


def test_a_schedule() -> None:
    """A schedule is read from the first step to the last, also inside a loss scale; short courses repeat their steps."""
    halving = SCHEDULES.ExponentialDecay(0.4, 10, 0.5, staircase=True)
    wrapped = keras.optimizers.LossScaleOptimizer(ADAM(halving))

    rates, short = course_rates(wrapped, [], 5, 10), course_rates(ADAM(halving), [], 1, 11)

    assert len(rates) == len(short) == POINTS
    assert (rates[0], rates[-1]) == pytest.approx((0.4, 0.4 / 16))
    assert (short[0], short[-1]) == pytest.approx((0.4, 0.2))
    assert sorted(set(rates), reverse=True) == pytest.approx([0.4 / 2**times for times in range(5)])


def test_a_scheduler_is_followed_on_a_copy() -> None:
    """Its function is asked for every epoch with the rate before; neither the optimizer nor what it counts moves."""

    class Falling:
        calls = 0

        def __call__(self, epoch: int, rate: float) -> float:
            self.calls += 1
            return rate * 0.5 if epoch else rate

    falling, optimizer = Falling(), ADAM(1e-3)

    rates = course_rates(optimizer, [SCHEDULER(falling)], 4, 25)
    by_epoch = course_rates(optimizer, [SCHEDULER(lambda epoch: 0.1 / (1 + epoch))], 2, 10)

    assert (rates[0], rates[24], rates[25], rates[-1]) == pytest.approx((1e-3, 1e-3, 5e-4, 1.25e-4))
    assert (by_epoch[0], by_epoch[-1]) == (0.1, 0.05)
    assert falling.calls == 0
    assert float(optimizer.learning_rate) == pytest.approx(1e-3)


class Own(keras.callbacks.LearningRateScheduler):  # type: ignore[misc]  # Keras ships no types
    """Sets something else than its function says."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        del epoch, logs


class Broken(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras ships no types
    """Raises outside of training."""

    def __call__(self, step: Any) -> Any:
        raise RuntimeError(step)


def test_in_the_facts_of_a_subject(tmp_path: Path) -> None:
    """The whole course is that of all the user's data, and what is held in a trial is looked for over it."""
    patient = Patient(tmp_path, MODEL + DATA + "def falling(epoch):\n    return 0.1 / (1 + epoch)\n")
    scheduler = {"class_name": "LearningRateScheduler", "schedule": "train.py:falling"}

    blueprint, facts = patient.load(fit={"epochs": 4, "batch_size": 10, "callbacks": [scheduler]})

    assert blueprint.course_steps == 16
    assert (facts.recipe.rates[0], facts.recipe.rates[-1]) == (0.1, 0.025)


@pytest.mark.parametrize(
    ("optimizer", "callbacks", "steps"),
    [
        (ADAM(1e-3), [], None),
        (None, [], 10),
        (ADAM(1e-3), [SCHEDULER(lambda _: 1 / 0)], 10),
        (ADAM(1e-3), [SCHEDULER(lambda _: float("nan"))], 10),
        (ADAM(1e-3), [SCHEDULER(lambda _: 0.1), SCHEDULER(lambda _: 0.1)], 10),
        (ADAM(1e-3), [Own(lambda _: 0.1)], 10),
        (ADAM(SCHEDULES.CosineDecay(0.1, 10)), [SCHEDULER(lambda _: 0.1)], 10),
        (ADAM(Broken()), [], 10),
    ],
)
def test_what_cannot_be_told(optimizer: Any, callbacks: list[Any], steps: int | None) -> None:
    """No known end, functions that raise, and callbacks that are not what they seem leave it open."""
    assert course_rates(optimizer, callbacks, 3, steps) == ()
