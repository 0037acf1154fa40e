"""The learning rate over the user's course."""

import math

import pytest

from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments.rate_course import RateCourse, by_measurement, cuts, fades, observed, planned, schedules, spent
from tests.evidence_samples import callback, facts, optimizer
from tests.experiments.toy_patient import ToyPatient, scheduled

COSINE = tuple(0.5 * (1 + math.cos(math.pi * point / 100)) for point in range(101))
WARM_UP = tuple(min(1.0, point / 20) for point in range(101))
STEPS = tuple(1.0 if point <= 50 else 0.1 if point <= 75 else 0.01 for point in range(101))


def course(rates: tuple[float, ...]) -> RateCourse:
    return planned(facts(recipe={"rates": rates}))


@pytest.mark.parametrize(
    ("rates", "tenth", "hundredth"),
    [
        (COSINE, 0.8, 0.94),
        (WARM_UP, None, None),
        (STEPS, 0.51, 0.76),
        ((1.0,) * 101, None, None),
        (tuple(0.9**point for point in range(101)), 0.22, 0.44),
        ((), None, None),
        ((0.0,) * 101, None, None),
    ],
)
def test_where_it_falls(rates: tuple[float, ...], tenth: float | None, hundredth: float | None) -> None:
    """It is told from when on the rate stays at or below a part of its largest; a warm-up is no fall."""
    assert course(rates).falls_to(0.1) == pytest.approx(tenth, abs=0.011)
    assert course(rates).falls_to(0.01) == pytest.approx(hundredth, abs=0.011)


def test_restarts_are_no_fall() -> None:
    """A rate that comes back has not fallen before."""
    assert course((*COSINE[:50:2], *COSINE)).falls_to(0.1) == pytest.approx(0.84, abs=0.011)


def test_moves() -> None:
    """Rounding is no movement."""
    assert course(COSINE).moves
    assert not course((1e-3, 1.0000001e-3)).moves
    assert not course(()).moves


@pytest.mark.parametrize(
    ("rates", "share"), [((), 0.25), ((1.0,) * 101, 0.25), (COSINE, 0.475), (WARM_UP, 0.15 / 0.9), (STEPS, 0.25 / 0.53)]
)
def test_spent(rates: tuple[float, ...], share: float) -> None:
    """A quarter of the steps holds more than a quarter of a falling rate, and less of a rising one."""
    assert spent(facts(recipe={"rates": rates}), 80) == pytest.approx(share, abs=0.01)


def test_spent_at_the_ends() -> None:
    """Nothing at the start, all at the end and after it; unknown where the course has no end."""
    subject = facts(recipe={"rates": COSINE})

    assert spent(subject, 0) == 0
    assert spent(subject, 320) == pytest.approx(1)
    assert spent(subject, 1000) == pytest.approx(1)
    assert spent(facts(recipe={"steps_per_epoch": None}, data={"rows_total": None}), 100) is None


def test_what_schedules() -> None:
    """Schedules of optimizers and callbacks are named, each once; a constant rate is none."""
    both = {
        "optimizers": (optimizer(schedule="CosineDecay"),),
        "callbacks": (callback("ReduceLROnPlateau"), callback("EarlyStopping"), callback("LearningRateScheduler", "per step")),
    }

    assert schedules(facts()) == ()
    assert schedules(scheduled()) == ("ExponentialDecay",)
    assert schedules(facts(recipe=both)) == ("CosineDecay", "ReduceLROnPlateau", "LearningRateScheduler")
    assert by_measurement(facts(recipe=both))
    assert not by_measurement(scheduled())


def test_fading() -> None:
    """A schedule fades where it is down to a tenth within the steps; a warm-up, or one that callbacks follow, does not."""
    callbacks = {"callbacks": (callback("LearningRateScheduler", "per step"),), "rates": COSINE}

    assert fades(scheduled(0.96), 300)
    assert fades(scheduled(0.96), 1000)
    assert not fades(scheduled(0.96), 30)
    assert not fades(scheduled(rates=WARM_UP), 300)
    assert not fades(scheduled(rates=()), 300)
    assert not fades(facts(recipe=callbacks), 320)


def test_observed() -> None:
    """The rate at the ends of the epochs is read from a run with callbacks."""
    subject = facts()
    falling = ToyPatient(decay=0.99, by_callback=True)
    seen = observed(subject, falling.answer(Trial(steps=320, callbacks=True)))

    assert len(seen.rates) == 11
    assert seen.moves
    assert cuts(seen) == 10
    assert seen.falls_to(0.1) == pytest.approx(0.8)
    assert not observed(subject, falling.answer(Trial(steps=320))).moves
