"""The gradient noise scale."""

import math
import random

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.noise_scale import NoiseScale, noise_scale, noise_series
from tests.evidence_samples import facts, keras_loss, layer, output


def batches(rows: int, count: int, signal: float, noise: float, dimensions: int = 200) -> list[float]:
    """Norms of gradients with squared mean `signal` and a covariance of trace `noise`, the mean of `rows` draws each."""
    draw = random.Random(rows)
    spread = math.sqrt(noise / dimensions / rows)
    mean = math.sqrt(signal / dimensions)
    return [math.sqrt(sum(draw.gauss(mean, spread) ** 2 for _ in range(dimensions))) for _ in range(count)]


def test_known_noise_scale() -> None:
    """Gradients drawn with a noise scale of 40 rows give it back within its standard error's reach."""
    measured = noise_scale(2, batches(2, 64, 1.0, 40.0), 16, batches(16, 16, 1.0, 40.0))

    assert measured is not None
    assert abs(measured.rows - 40) < 3 * measured.error
    assert 0 < measured.error < 20
    assert measured.noise_share(40) == pytest.approx(0.5, abs=0.15)


def test_standard_error_is_that_of_many_repetitions() -> None:
    """Its own idea of its error is the scatter of estimates from different draws."""
    seen = []
    for number in range(60):
        draw = random.Random(number)
        norms = {
            rows: [math.sqrt(1 + 8 / rows * (1 + 0.3 * draw.gauss(0, 1))) for _ in range(count)]
            for rows, count in ((2, 64), (16, 16))
        }
        measured = noise_scale(2, norms[2], 16, norms[16])
        assert measured is not None
        seen.append(measured)
    centre = sum(each.rows for each in seen) / len(seen)
    scatter = math.sqrt(sum((each.rows - centre) ** 2 for each in seen) / (len(seen) - 1))

    assert scatter == pytest.approx(sum(each.error for each in seen) / len(seen), rel=0.25)
    assert centre == pytest.approx(8, rel=0.05)


def test_signal_within_noise() -> None:
    """Where the mean gradient does not stand out, the scale is infinite and all of a batch's gradient is noise."""
    measured = noise_scale(1, batches(1, 64, 0.0, 40.0), 8, batches(8, 16, 0.0, 40.0))

    assert measured == NoiseScale(1, 8, (64, 16), math.inf, math.inf)
    assert measured.noise_share(32) == 1


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ([1.0] * 20, [1.0] * 20),  # no noise
        ([1.0] * 4, [0.5] * 20),
        ([math.nan] * 20, [0.5] * 20),
    ],
)
def test_nothing_to_tell(small: list[float], large: list[float]) -> None:
    """Without noise, with a handful of batches or with NaN there is no scale."""
    assert noise_scale(1, small, 8, large) is None


def test_sizes() -> None:
    """The user's batch size is one of the two; the other is the larger one where the rows allow it."""
    assert noise_series(facts(), 32, 10_000) == ((32, 64), (256, 16))
    assert noise_series(facts(), 1000, 10_000) == ((125, 64), (1000, 16))


@pytest.mark.parametrize(
    "subject",
    [
        facts(recipe={"class_weighted": True}),
        facts(outputs=[output(loss=keras_loss(reduction="sum"))]),
        facts(layers=[layer("norm", "BatchNormalization")]),
        facts(recipe={"optimizers": ()}),
    ],
)
def test_meaningless(subject: Facts) -> None:
    """Where gradients are no means over rows that are alike and apart, nothing is measured."""
    assert noise_series(subject, 32, 10_000) == ()


def test_no_memory() -> None:
    """A larger batch that does not fit is not tried."""
    assert noise_series(facts(), 32, 100) == ()
