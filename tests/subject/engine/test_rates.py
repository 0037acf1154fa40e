"""Rates that are set by assignment: multiplied, stretched, held, and multiplied again on the way."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.subject.engine.rates import Rates
from dnndoctor.subject.engine.state import Replica, State

SCHEDULES = keras.optimizers.schedules


def built(*sources: Any) -> tuple[list[Any], Rates, State]:
    """Optimizers with these rates, and what sets them."""
    weight = keras.Variable([1.0])
    optimizers = [keras.optimizers.SGD(source) for source in sources]
    for optimizer in optimizers:
        optimizer.build([weight])
    rates, state = Rates(optimizers), State()
    state.know([*rates.variables, *(variable for optimizer in optimizers for variable in optimizer.variables)])
    return optimizers, rates, state


def course(optimizer: Any, steps: int) -> list[float]:
    """The rates of an optimizer at its first steps."""
    found = []
    for step in range(steps):
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate))
    return found


def test_rates_are_multiplied_as_decimals() -> None:
    """A tenth of 1e-3 is the float32 of 1e-4, for a plain number; a schedule and a callable are multiplied at every step."""
    schedule = keras.optimizers.schedules.ExponentialDecay(0.4, 1, 0.5)
    plain, decaying, called = keras.optimizers.Adam(1e-3), keras.optimizers.SGD(schedule), keras.optimizers.SGD(lambda: 0.2)
    weight = keras.Variable([1.0])
    for optimizer in (plain, decaying, called):
        optimizer.build([weight])
    rates = Rates([plain, decaying, called])
    state = State()
    state.know([weight, *rates.variables, *decaying.variables])
    state.reset(rates.start(0.1, state.pristine))

    tenth = float(np.asarray(plain.learning_rate))
    first = float(decaying._get_current_learning_rate())
    decaying.iterations.assign(1)
    second = float(decaying._get_current_learning_rate())

    assert tenth == float(np.float32(1e-4))
    assert (first, second) == pytest.approx((0.04, 0.02))
    assert float(called._get_current_learning_rate()) == pytest.approx(0.02)


def test_unchanged_schedules_are_the_users_bit_for_bit() -> None:
    """Without an edit every step is given the very rate of the user's schedule."""
    schedule = SCHEDULES.CosineDecay(0.0, 30, alpha=0.1, warmup_target=0.3, warmup_steps=7)
    (optimizer,), rates, state = built(schedule)

    state.reset(rates.start(1.0, state.pristine))

    assert course(optimizer, 40) == [float(schedule(step)) for step in range(40)]


def test_stretched_schedules_see_earlier_steps() -> None:
    """Stretched 49 times, the schedule is where it was after a 49th of the steps, at their multiples too."""
    schedule = SCHEDULES.ExponentialDecay(1.0, 1, 0.5)
    (optimizer,), rates, state = built(schedule)

    state.reset(rates.start(2.0, state.pristine, stretch=49.0))

    assert course(optimizer, 150) == [2 * 0.5 ** (step // 49) for step in range(150)]


@pytest.mark.parametrize("steps", [40, 4000])
def test_the_largest_rate_is_held(steps: int) -> None:
    """A warm-up's peak is found wherever it lies, and held from the first step on; each optimizer holds its own."""
    peak = steps * 3 // 7
    warm_up = SCHEDULES.CosineDecay(0.0, steps - peak, warmup_target=0.3, warmup_steps=peak)
    optimizers, rates, state = built(warm_up, SCHEDULES.PolynomialDecay(0.5, 10, 0.0), 0.1)

    state.reset(rates.start(0.1, state.pristine, held_over=steps))

    held = [course(optimizer, 3) for optimizer in optimizers]
    assert [len(set(each)) for each in held] == [1, 1, 1]
    assert [each[0] for each in held] == pytest.approx([0.03, 0.05, 0.01], rel=2e-3)


def test_rates_are_multiplied_on_the_way() -> None:
    """A second phase multiplies plain rates and schedules from where they are, on a replica without touching the model's own."""
    (plain, decaying), rates, state = built(1e-3, SCHEDULES.ExponentialDecay(0.4, 1, 0.5))
    replica = Replica()
    state.reset(rates.start(1.0, state.pristine))
    state.reset(rates.start(3.0, state.pristine), replica)

    rates.multiply(0.1, replica)
    own = float(plain.learning_rate)
    copy = float(replica.of(rates.numbers[0].value))
    rates.multiply(0.1, None)

    assert own == float(np.float32(1e-3))
    assert copy == pytest.approx(3e-4, rel=1e-7)
    assert float(plain.learning_rate) == float(np.float32(1e-4))
    assert course(decaying, 2) == pytest.approx([0.04, 0.02])
