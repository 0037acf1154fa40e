"""Signals over depth: how gradients and activations grow or shrink from layer to layer, read from recorded layers.

A profile is evidence, never a fault by itself: what grows or fades is told by ratios within the same net and against the scatter
between its layers, because absolute bounds on gradients differ by orders of magnitude between nets that are equally well.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.evidence.contract import SATURATING_ACTIVATIONS
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.layers import activation_after, kernels
from dnndoctor.evidence.outcome import LayerCurve

STEEP = 2.0
"""Orders of magnitude between the first and the last layer from which signals grow or fade. Relu and tanh stacks with
variance-preserving weights stay within one (Glorot and Bengio 2010, figures 6 and 7)."""

SURE = 3.0
"""Standard errors of a slope that it must exceed: one in 700 by chance for normal scatter between layers."""

DEAD_SHARE = 0.999
"""Share of exact zeros in a relu layer's output from which it passes nothing on. Sparse is not dead: 50 to 90 % is usual."""

SATURATED = {"sigmoid": 0.65, "hard_sigmoid": 0.65, "tanh": 0.9, "hard_tanh": 0.9, "softsign": 0.9}
"""Root mean square of saturated units: 0.71 for a sigmoid that is 0 or 1, 1 for the others; around 0.5 and 0.6 they are in
use."""


class Signal(StrEnum):
    """What can show over depth; gradients are followed from the last layer to the first, activations the other way."""

    EXPLODING = "exploding"
    VANISHING = "vanishing"
    DEAD = "dead"
    SATURATED = "saturated"


@dataclass(frozen=True, slots=True)
class Slope:
    """A straight line through the logarithms of a norm over the layers.

    Attributes:
        per_layer: Orders of magnitude a layer, from the inputs to the outputs.
        error: Its standard error, from the scatter of the layers around the line; infinite with fewer than three of them.
        span: Orders of magnitude over all layers, along the line.
    """

    per_layer: float
    error: float
    span: float

    @property
    def steep(self) -> bool:
        """Whether the layers differ by more than `STEEP` orders of magnitude, and beyond their scatter."""
        return abs(self.span) >= STEEP and abs(self.per_layer) > SURE * self.error


@dataclass(frozen=True, slots=True)
class DepthProfile:
    """What layers with weights did at one step, in the order of the forward pass.

    Attributes:
        step: Counted from 0.
        paths: Of the layers.
        gradient: Norm of each one's gradient; NaN where it was not recorded.
        activation: Root mean square of each one's output; NaN where it was not seen.
        dead: Layers whose relu answers zero throughout, at every step up to this one.
        saturated: Layers whose sigmoid or tanh stands at its ends.
    """

    step: int
    paths: tuple[str, ...]
    gradient: tuple[float, ...]
    activation: tuple[float, ...]
    dead: tuple[str, ...]
    saturated: tuple[str, ...]

    @property
    def gradient_slope(self) -> Slope | None:
        """Of the gradients, None where fewer than two layers had one that is finite and not zero."""
        return slope(self.gradient)

    @property
    def activation_slope(self) -> Slope | None:
        """Of the activations, None where fewer than two layers had one that is finite and not zero."""
        return slope(self.activation)


@dataclass(frozen=True, slots=True)
class ProfileSign:
    """Something that a profile shows.

    Attributes:
        signal: What.
        text: The sentence, with its numbers.
    """

    signal: Signal
    text: str


def slope(norms: Sequence[float]) -> Slope | None:
    """Fits a line to log10 of norms over the index of the layer.

    Args:
        norms: In the order of the forward pass; zeros and values that are not finite are left out.

    Returns:
        None where fewer than two are left.
    """
    points = [(place, math.log10(norm)) for place, norm in enumerate(norms) if math.isfinite(norm) and norm > 0]
    if len(points) < 2:
        return None
    middle = statistics.fmean(place for place, _ in points)
    level = statistics.fmean(height for _, height in points)
    width = sum((place - middle) ** 2 for place, _ in points)
    per_layer = sum((place - middle) * (height - level) for place, height in points) / width
    residue = sum((height - level - per_layer * (place - middle)) ** 2 for place, height in points)
    error = math.sqrt(residue / (len(points) - 2) / width) if len(points) > 2 else math.inf
    return Slope(per_layer, error, per_layer * (points[-1][0] - points[0][0]))


def geometric_mean(sizes: Sequence[float]) -> float:
    """The geometric mean; 0 where any is 0, NaN where any is not finite.

    Args:
        sizes: At least one, none below 0.
    """
    if not all(map(math.isfinite, sizes)):
        return math.nan
    return math.exp(statistics.fmean(map(math.log, sizes))) if all(sizes) else 0.0


def profile(facts: Facts, curves: Sequence[LayerCurve], step: int = 0) -> DepthProfile | None:
    """The profile at one step.

    Args:
        facts: Of the subject; only layers with kernels are followed, as scales and shifts have gradients of another size.
        curves: Recorded layers, in the order of the forward pass.
        step: Counted from 0.

    Returns:
        None where no layer with kernels was recorded at that step.
    """
    places = {layer.path: index for index, layer in enumerate(facts.layers) if kernels(layer)}
    seen = [curve for curve in curves if curve.path in places and len(curve.gradient_norm or curve.activation_rms) > step]
    if not seen:
        return None
    activations = {curve.path: activation_after(facts.layers, places[curve.path]) for curve in seen}
    return DepthProfile(
        step,
        tuple(curve.path for curve in seen),
        tuple(_at(curve.gradient_norm, step) for curve in seen),
        tuple(_at(curve.activation_rms, step) for curve in seen),
        dead=_dead(facts, curves, step),
        saturated=tuple(
            curve.path
            for curve in seen
            # Where the activation is a layer of its own, the recorded values are those in front of it.
            if facts.layers[places[curve.path]].activation == activations[curve.path] in SATURATING_ACTIVATIONS
            and _at(curve.activation_rms, step) >= SATURATED.get(activations[curve.path] or "", 1.0)
        ),
    )


def last_finite_step(curves: Sequence[LayerCurve]) -> int | None:
    """The last recorded step at which every gradient and activation was finite; None where not even the first was."""
    recorded = [norms for curve in curves for norms in (curve.gradient_norm, curve.activation_rms) if norms]
    steps = min(map(len, recorded), default=0)
    bad = next((step for step in range(steps) if not all(math.isfinite(norms[step]) for norms in recorded)), steps)
    return bad - 1 if bad else None


def signs(seen: DepthProfile) -> tuple[ProfileSign, ...]:
    """Everything that a profile shows, the gradients first; empty for one that is even."""
    found = []
    gradient, activation = seen.gradient_slope, seen.activation_slope
    if gradient is not None and gradient.steep:
        # From the outputs to the inputs, the way gradients go, the slope has the other sign.
        exploding = gradient.span < 0
        text = (
            f"the gradient {'grows' if exploding else 'fades'} by {abs(gradient.span):.1f} orders of magnitude from "
            f"{seen.paths[-1]} back to {seen.paths[0]} ({-gradient.per_layer:+.2f} ± {gradient.error:.2f} a layer)"
        )
        found.append(ProfileSign(Signal.EXPLODING if exploding else Signal.VANISHING, text))
    if activation is not None and activation.steep:
        exploding = activation.span > 0
        text = (
            f"the layers' outputs {'grow' if exploding else 'fade'} by {abs(activation.span):.1f} orders of magnitude from "
            f"{seen.paths[0]} to {seen.paths[-1]} ({activation.per_layer:+.2f} ± {activation.error:.2f} a layer)"
        )
        found.append(ProfileSign(Signal.EXPLODING if exploding else Signal.VANISHING, text))
    if seen.dead:
        text = f"{_named(seen.dead)}: the output is zero for all rows at every step up to {seen.step}"
        found.append(ProfileSign(Signal.DEAD, text))
    if seen.saturated:
        text = f"{_named(seen.saturated)}: the units stand at the ends of their activation"
        found.append(ProfileSign(Signal.SATURATED, text))
    return tuple(found)


def _dead(facts: Facts, curves: Sequence[LayerCurve], step: int) -> tuple[str, ...]:
    """Layers whose own activation rectifies and whose output is zero; a linear layer that gives zeros may be meant to."""
    outputs = {output.layer for output in facts.outputs}
    rectifying = {
        layer.path
        for layer in facts.layers
        if layer.path not in outputs and (layer.kind == "ReLU" or layer.activation in ("relu", "relu6"))
    }
    return tuple(
        curve.path
        for curve in curves
        if curve.path in rectifying
        and len(curve.activation_zero_share) > step
        and min(curve.activation_zero_share[: step + 1]) >= DEAD_SHARE
    )


def _at(norms: Sequence[float], step: int) -> float:
    return norms[step] if len(norms) > step else math.nan


def _named(paths: Sequence[str]) -> str:
    return ", ".join(paths[:4]) + (f" and {len(paths) - 4} more" if len(paths) > 4 else "")
