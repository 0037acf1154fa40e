"""Norms over depth."""

import math

import pytest

from dnndoctor.evidence.outcome import LayerCurve
from dnndoctor.experiments.profile import DepthProfile, Signal, last_finite_step, profile, signs, slope
from tests.evidence_samples import curve, facts, layer, weight
from tests.experiments.masked_patient import subject


def recorded(gradients: list[float], activations: list[float] | None = None, zeros: float = 0.5) -> tuple[LayerCurve, ...]:
    rms = activations or [1.0] * len(gradients)
    return tuple(
        curve(f"dense_{place}", (norm,), activation_rms=(rms[place],), activation_zero_share=(zeros,))
        for place, norm in enumerate(gradients)
    )


def seen(gradients: list[float], activations: list[float] | None = None, zeros: float = 0.5) -> DepthProfile:
    found = profile(subject(), recorded(gradients, activations, zeros))
    assert found is not None
    return found


def shown(found: DepthProfile) -> list[Signal]:
    return [sign.signal for sign in signs(found)]


def test_slope() -> None:
    """A straight line is found with no error, and zeros and what is not finite are left out."""
    line = slope([1.0, 10.0, 0.0, 1000.0, math.nan])

    assert line is not None
    assert line.per_layer == pytest.approx(1.0)
    assert line.error == pytest.approx(0.0, abs=1e-9)
    assert line.span == pytest.approx(3.0)
    assert slope([1.0, math.nan]) is None


@pytest.mark.parametrize(("per_layer", "signal"), [(-0.5, Signal.EXPLODING), (0.5, Signal.VANISHING)])
def test_gradients_over_depth(per_layer: float, signal: Signal) -> None:
    """Gradients that grow towards the inputs explode, gradients that fade towards them vanish."""
    assert shown(seen([10 ** (per_layer * place) for place in range(10)])) == [signal]


def test_activations_over_depth() -> None:
    """Outputs that grow from layer to layer explode."""
    assert shown(seen([1.0] * 10, [10**place for place in range(10)])) == [Signal.EXPLODING]


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_only_ratios_count(scale: float) -> None:
    """An even profile shows nothing, however small or large all of it is."""
    assert shown(seen([scale] * 10, [scale] * 10)) == []


def test_scatter_is_no_slope() -> None:
    """Layers that differ at random, by any number of orders, show nothing."""
    assert shown(seen([1.0, 1e3, 1e-2, 10.0, 1e-3, 1e2, 1.0, 1e-3, 1e3, 1e-1])) == []


def test_sparse_is_not_dead() -> None:
    """Nine tenths of zeros are usual; all of them are not."""
    assert shown(seen([1.0] * 10, zeros=0.9)) == []
    assert shown(seen([1.0] * 10, zeros=1.0)) == [Signal.DEAD]


def test_saturated_by_values() -> None:
    """Tanh units near 1 are saturated, those at 0.6 are in use."""
    deep = facts(layers=[layer(f"dense_{place}", activation="tanh", weights=(weight(),)) for place in range(5)])
    full, used = (profile(deep, recorded([1.0] * 5, [rms] * 5)) for rms in (0.97, 0.6))

    assert full is not None
    assert used is not None
    assert shown(full) == [Signal.SATURATED]
    assert shown(used) == []


def test_scales_and_shifts_are_left_out() -> None:
    """Only layers with kernels are followed."""
    curves = (*recorded([1.0, 1.0]), curve("norm_0", (1e9,)))
    found = profile(subject(), curves)

    assert found is not None
    assert found.paths == ("dense_0", "dense_1")
    assert profile(subject(), (curve("norm_0"),)) is None


def test_last_finite_step() -> None:
    """The step before the first that is not finite."""
    assert last_finite_step((curve(gradient_norm=(1.0, 2.0, math.nan)),)) == 1
    assert last_finite_step((curve(gradient_norm=(math.inf,)),)) is None
    assert last_finite_step((curve(),)) == 2
