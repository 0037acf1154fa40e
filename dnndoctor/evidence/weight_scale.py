"""How wide initial weights are drawn, against what their layer's inputs ask for."""

import math
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts, LayerFacts, WeightFacts
from dnndoctor.evidence.layers import kernels

FANNED = frozenset({"Conv1D", "Conv2D", "Conv3D", "Dense"})
"""Keras' layers whose kernel has one axis of outputs, the last, so that all others together are the inputs of one unit."""

BAND = (0.3, 2.0)
"""Spread of the weights, as a share of He's, that variance-preserving initializers give: LeCun's and orthogonal ones are at 0.71,
Glorot's at 0.35 where a layer is seven times wider than its inputs."""

FAR = 1.0
"""Orders of magnitude, summed over the layers out of that band, from which the weights are far from what their inputs ask for."""

NARROWEST = 1e-3
"""Share of He's that all narrower weights are read as, constants with no spread at all included."""


@dataclass(frozen=True, slots=True)
class WeightScale:
    """The initial weights of one layer.

    Attributes:
        layer: Its facts.
        std: Of its kernel.
        asked: What He et al. (2015) ask of the inputs of one unit, sqrt(2 / fan_in).
        fan_in: Inputs of one unit.
    """

    layer: LayerFacts
    std: float
    asked: float
    fan_in: int

    @property
    def ratio(self) -> float:
        """`std` over `asked`, at least `NARROWEST`."""
        return max(NARROWEST, self.std / self.asked)

    @property
    def outside(self) -> bool:
        """Whether it is out of the band of all variance-preserving initializers."""
        return not BAND[0] <= self.ratio <= BAND[1]


def weight_scales(facts: Facts) -> tuple[WeightScale, ...]:
    """The hidden layers with weights to be judged, in order; outputs, which start small on purpose now and then, are left out."""
    outputs = {output.layer for output in facts.outputs}
    return tuple(
        _scale(layer, kernels(layer)[0])
        for layer in facts.layers
        if layer.kind in FANNED and layer.built_in and layer.path not in outputs and kernels(layer)
    )


def out_of_scale(facts: Facts) -> tuple[WeightScale, ...]:
    """The hidden layers whose weights are drawn too wide or too narrow for their inputs, the farthest first."""
    outside = [scale for scale in weight_scales(facts) if scale.outside]
    return tuple(sorted(outside, key=lambda scale: -abs(math.log10(scale.ratio))))


def orders_off(facts: Facts) -> float:
    """Orders of magnitude by which the weights out of scale change a signal on its way, summed over the layers."""
    return sum(abs(math.log10(scale.ratio)) for scale in out_of_scale(facts))


def _scale(layer: LayerFacts, kernel: WeightFacts) -> WeightScale:
    fan_in = max(1, math.prod(kernel.shape[:-1]))
    return WeightScale(layer, kernel.std if math.isfinite(kernel.std) else 0.0, math.sqrt(2 / fan_in), fan_in)
