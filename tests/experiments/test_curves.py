"""Numbers read from loss curves."""

import math
import random
import statistics

import pytest

from dnndoctor.evidence.outcome import FirstNonFinite
from dnndoctor.experiments.curves import LossScale, Shape, end_loss, loss_scale, nonfinite_at, shape, spread, thinned, trend
from tests.evidence_samples import facts, keras_loss, layer, outcome, output, target

UNIT = LossScale(0.0, 1.0, from_constant=True)


def test_end_is_robust() -> None:
    """One odd batch at the end does not move it."""
    assert end_loss([1.0] * 95 + [0.5] * 9 + [50.0]) == 0.5


def test_end_of_an_explosion() -> None:
    """A NaN at the end is infinite, and so is a curve that never began."""
    assert end_loss([1.0, 1.0, math.nan]) == math.inf
    assert end_loss([]) == math.inf


def test_first_value_that_is_not_finite() -> None:
    """It is where the run says, else at the first bad loss, else nowhere."""
    noticed = FirstNonFinite(3, "gradient")

    assert nonfinite_at(outcome(losses=(1.0, 2.0))) == (None, "")
    assert nonfinite_at(outcome(losses=(1.0, math.inf, math.nan))) == (1, "loss")
    assert nonfinite_at(outcome(losses=(1.0, 1.0, 1.0, 1.0, math.nan), first_nonfinite=noticed)) == (3, "gradient")


def test_progress() -> None:
    """From the reference to the floor it goes from 0 to 1, and it is bounded below."""
    scale = LossScale(0.5, 2.5, from_constant=True)

    assert scale.progress(2.5) == 0
    assert scale.progress(1.5) == 0.5
    assert scale.progress(0.5) == 1
    assert scale.progress(1e9) == -1
    assert scale.progress(math.nan) == -1


def test_scale_from_constant_predictor() -> None:
    """With Keras' own losses the reference is the constant predictor's loss, summed by weight."""
    heads = [output(name="a", loss=keras_loss(weight=2.0)), output(name="b", loss=keras_loss(weight=1.0))]
    subject = facts(outputs=heads, targets=[target(output="a", loss_floor=0.1), target(output="b")])

    scale = loss_scale(subject, 9.0)

    assert scale.from_constant
    assert scale.floor == pytest.approx(0.2)
    assert scale.reference == pytest.approx(3 * math.log(10))


@pytest.mark.parametrize(
    "subject",
    [
        facts(targets=[target(constant_loss=None)]),
        facts(outputs=[output(loss=keras_loss(reduction="sum"))]),
        facts(recipe={"class_weighted": True}),
        facts(layers=[layer(settings={"kernel_regularizer": "L2"})]),
        facts(layers=[layer(kind="Mine", built_in=False)]),
        facts(targets=[]),
        facts(outputs=[output(loss=None)]),
    ],
)
def test_scale_from_first_loss(subject: object) -> None:
    """Where anything else may be in the loss, the first loss is the reference."""
    scale = loss_scale(subject, 9.0)  # type: ignore[arg-type]  # parametrize has no type of its own

    assert not scale.from_constant
    assert scale.reference == 9.0


def test_penalties_switched_off() -> None:
    """A regularizer that an edit switched off is no reason to give the constant predictor up."""
    subject = facts(layers=[layer(settings={"kernel_regularizer": "L2"})])

    assert loss_scale(subject, 9.0, penalties=False).from_constant


def test_trend_against_least_squares() -> None:
    """On a clean exponential the slope is that of the logarithm, floor taken off."""
    losses = [0.3 + math.exp(-0.01 * step) for step in range(200)]

    fitted = trend(losses, floor=0.3)

    assert fitted.slope == pytest.approx(-0.01, rel=1e-6)
    assert fitted.clearly_down


def test_trend_of_noise() -> None:
    """Noise around a level is seldom a clear fall: at three standard errors of ten block means, in 1 % of 400 draws."""
    draw = random.Random(0)
    falls = sum(trend([math.exp(draw.gauss(0, 0.3)) for _ in range(60)]).clearly_down for _ in range(400))

    assert falls <= 8


def test_trend_of_few_points() -> None:
    """Too few steps have no trend."""
    assert not trend([3.0, 2.0, 1.0]).clearly_down


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([1.0, 5.0, math.nan], Shape.EXPLODES),
        ([], Shape.EXPLODES),
        ([1.0 + 0.02 * step for step in range(100)], Shape.RISES),
        ([0.1 if step % 2 else 1.0 for step in range(120)], Shape.OSCILLATES),
        ([math.exp(-0.01 * step) for step in range(120)], Shape.FALLS),
        ([1.0] * 120, Shape.PLATEAUS),
        ([max(0.5, 1 - 0.05 * step) for step in range(120)], Shape.PLATEAUS),
    ],
)
def test_shapes(losses: list[float], expected: Shape) -> None:
    """Each way to fail is told by its curve."""
    assert shape(losses, UNIT) is expected


def test_thinned() -> None:
    """A long curve keeps its course in few points, and shows where it became NaN; a short one is kept."""
    curve = thinned([*(float(step) for step in range(1000)), math.nan], points=10)

    assert len(curve) == 10
    assert list(curve[:9]) == sorted(curve[:9])
    assert math.isnan(curve[-1])
    assert thinned([1.0, 2.0]) == (1.0, 2.0)


def test_spread() -> None:
    """It is the sample standard deviation, and nothing for one value."""
    assert spread([1.0, 2.0, 4.0]) == pytest.approx(statistics.stdev([1, 2, 4]))
    assert spread([1.0]) == 0
