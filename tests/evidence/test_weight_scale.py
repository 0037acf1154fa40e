"""Initial weights against what their inputs ask for."""

import pytest

from dnndoctor.evidence.weight_scale import FAR, orders_off, out_of_scale, weight_scales
from tests.evidence_samples import facts, layer, weight
from tests.experiments.masked_patient import subject


@pytest.mark.parametrize(("std", "off"), [(0.18, False), (0.125, False), (0.07, False), (1.0, True), (0.01, True), (0.0, True)])
def test_band(std: float, off: bool) -> None:
    """He's, LeCun's and narrow Glorot's weights are in scale; five times wider, far narrower and constant ones are not."""
    of = subject(std=std, normalised=False)

    assert bool(out_of_scale(of)) is off
    assert (orders_off(of) >= FAR) is off


def test_fan_of_a_convolution() -> None:
    """The inputs of one unit are all axes but the last."""
    (scale,) = weight_scales(facts(layers=[layer("conv", "Conv2D", weights=(weight(shape=(3, 3, 24, 24), std=0.5),))]))

    assert scale.fan_in == 216
    assert scale.ratio == pytest.approx(5.2, abs=0.01)


def test_what_is_not_judged() -> None:
    """Outputs, the user's own layers and kernels whose fan is another one are left out."""
    layers = [
        layer("own", "Mine", built_in=False, weights=(weight(std=9.0),)),
        layer("depthwise", "DepthwiseConv2D", weights=(weight("depthwise_kernel", (3, 3, 8, 1), std=9.0),)),
        layer("head", weights=(weight(std=9.0),)),
    ]

    assert weight_scales(facts(layers=layers)) == ()


def test_farthest_first() -> None:
    """The layer that is farthest off comes first, whichever way."""
    layers = [layer(name, weights=(weight(std=std),)) for name, std in (("wide", 1.0), ("narrow", 0.001), ("well", 0.18))]

    assert [scale.layer.path for scale in out_of_scale(facts(layers=layers))] == ["narrow", "wide"]
