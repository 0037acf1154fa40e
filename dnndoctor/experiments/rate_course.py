"""The learning rate over the user's course: where it falls, and how much of it lies in the steps that were run. Pure Python."""

import itertools
import math
from dataclasses import dataclass

from dnndoctor.edits.constant_rate import PLATEAU, rate_callbacks, scheduled
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.experiments.course import course_steps

MOVES = 1e-3
"""Relative change from which a rate is taken to move: a float32 knows seven digits, and no schedule is that slow."""


@dataclass(frozen=True, slots=True)
class RateCourse:
    """The rate over the whole course.

    Attributes:
        shares: Shares of the course, ascending from 0.
        rates: From there on, until the next.
    """

    shares: tuple[float, ...]
    rates: tuple[float, ...]

    @property
    def moves(self) -> bool:
        """Whether it ever changes."""
        return bool(self.rates) and max(self.rates) - min(self.rates) > MOVES * max(self.rates)

    def falls_to(self, part: float) -> float | None:
        """The share of the course from which on the rate stays at or below a part of its largest.

        Args:
            part: 0.1 for a tenth.

        Returns:
            None where it never does.
        """
        if not self.rates or max(self.rates) <= 0:
            return None
        bound = part * max(self.rates) * (1 + MOVES)
        last = max(place for place, rate in enumerate(self.rates) if rate > bound)
        return self.shares[last + 1] if last + 1 < len(self.shares) and self.shares[last + 1] < 1 else None


def schedules(facts: Facts) -> tuple[str, ...]:
    """What changes the rate while the model trains ("ExponentialDecay", "ReduceLROnPlateau"), as far as facts tell."""
    if not scheduled(facts):
        return ()
    return tuple(dict.fromkeys((*in_optimizers(facts), *(callback.kind for callback in rate_callbacks(facts)))))


def in_optimizers(facts: Facts) -> tuple[str, ...]:
    """The schedules that optimizers hold, by class name."""
    return tuple(optimizer.schedule for optimizer in facts.recipe.optimizers if optimizer.schedule is not None)


def by_measurement(facts: Facts) -> bool:
    """Whether the rate hangs on what is measured while the model trains, so that it is known of runs alone."""
    return any(callback.kind == PLATEAU for callback in rate_callbacks(facts))


def planned(facts: Facts) -> RateCourse:
    """The rate as configured; empty where it is not known or hangs on what is measured."""
    rates = facts.recipe.rates
    steps = max(1, len(rates) - 1)
    return RateCourse(tuple(place / steps for place in range(len(rates))), rates)


def observed(facts: Facts, run: Outcome) -> RateCourse:
    """The rate as it was at the ends of the epochs of one run in which callbacks took part; empty where none did.

    Args:
        facts: Of the subject.
        run: Of the user's own recipe.
    """
    if not run.epochs or not facts.recipe.optimizers:
        return RateCourse((), ())
    whole = course_steps(facts) or run.steps_run
    shares = (0.0, *(min(1.0, epoch.step / whole) for epoch in run.epochs))
    return RateCourse(shares, (facts.recipe.optimizers[0].learning_rate, *(epoch.learning_rate for epoch in run.epochs)))


def fades(facts: Facts, steps: int) -> bool:
    """Whether the optimizer's own schedule is down to a tenth of its rate after so many steps of its course, or before.

    Args:
        facts: Of the subject.
        steps: Of a trial without callbacks.
    """
    whole, rates = course_steps(facts), facts.recipe.rates
    if whole is None or not rates or not in_optimizers(facts):
        return False
    seen = rates[: 1 + round(min(1.0, steps / whole) * (len(rates) - 1))]
    return seen[-1] <= 0.1 * (1 + MOVES) * max(seen)


def cuts(course: RateCourse) -> int:
    """How often the rate was lowered."""
    return sum(later < rate * (1 - MOVES) for rate, later in itertools.pairwise(course.rates))


def spent(facts: Facts, steps: float) -> float | None:
    """The share of all the course's steps, each weighed by its rate, that lies in the first so many.

    What comes after them can move the weights by no more than the rest: a schedule that has fallen to nothing is over
    long before its epochs are.

    Args:
        facts: Of the subject.
        steps: From the beginning.

    Returns:
        The plain share of the steps where the rates are not known; None where the course has no known end.
    """
    whole = course_steps(facts)
    if whole is None:
        return None
    share = min(1.0, steps / whole)
    rates = facts.recipe.rates
    if len(rates) < 2 or not all(map(math.isfinite, rates)) or min(rates) < 0 or max(rates) <= 0:
        return share
    areas = [(rate + later) / 2 for rate, later in itertools.pairwise(rates)]
    done = share * len(areas)
    whole_areas = int(done)
    part = (done - whole_areas) * areas[whole_areas] if whole_areas < len(areas) else 0.0
    return (sum(areas[:whole_areas]) + part) / sum(areas)
