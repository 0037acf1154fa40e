"""What was seen of the untrained model on one batch, all seeds put together: the observation of `start`."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dnndoctor.evidence.seen.start import ModesSeen
from dnndoctor.experiments.profile import STEEP, SURE, slope

CONSTANT = 1e-6
"""Spread over the rows, as a share of the rms, below which float32 alone tells rows apart: ten times its resolution."""


@dataclass(frozen=True, slots=True)
class LayerSignal:
    """What one layer gives.

    Attributes:
        path: The layer's path; once for each of its calls.
        rms: Root mean square, geometric mean over the seeds; 0 where any is 0, NaN where any is not finite.
        varies: How far it differs from row to row, as a share of its rms, with the seed where it does most.
        received: The same of what it was called on.
        varies_later: As `varies`, after the first steps.
        units: Size of the last axis.
        twins: Units that give what another one gives, with the seed where they are fewest.
    """

    path: str
    rms: float
    varies: float
    received: float
    varies_later: float
    units: int
    twins: int

    @property
    def dies(self) -> bool:
        """Whether rows differ in what it is called on, and not in what it gives, with any seed."""
        return self.varies <= CONSTANT < self.received


@dataclass(frozen=True, slots=True)
class ActivationStart:
    """What one activation gives, unit by unit, with the seed where the fewest units are as said.

    Attributes:
        path: See `UnitsSeen.path`.
        activation: "relu", "relu6", "sigmoid", "tanh" or "softmax".
        units: How many.
        dead, flat, flat_share: See `UnitsSeen`.
        dead_later, flat_later: The same after the first steps.
    """

    path: str
    activation: str
    units: int
    dead: int
    flat: int
    flat_share: float
    dead_later: int
    flat_later: int


@dataclass(frozen=True, slots=True)
class VariableStart:
    """One trainable variable over the first steps.

    Attributes:
        layer, name, size: See `VariableSeen`.
        rms: Before the first step, mean over the seeds.
        handed: Whether an optimizer was asked to update it with any seed; None where none was ever asked for anything.
        connected: Whether it had a gradient, be it zero, with any seed.
        gradient: Norm of its gradient at the first step, geometric mean over the seeds; 0 where any is 0, NaN where any is not
            finite.
        reached: Whether its gradient was other than zero at any step with any seed.
        moved: Whether any step changed it with any seed.
        ratio: Norm of the largest update over that of the weights, median over the seeds; NaN for weights that start at zero.
        units, twins: See `VariableSeen`, with the seed where twins are fewest.
    """

    layer: str
    name: str
    size: int
    rms: float
    handed: bool | None
    connected: bool
    gradient: float
    reached: bool
    moved: bool
    ratio: float
    units: int
    twins: int


@dataclass(frozen=True, slots=True)
class DepthSlope:
    """How a size changes from layer to layer.

    Attributes:
        per_layer: Orders of magnitude a layer, mean over the seeds.
        error: Its standard error, from the scatter of the layers around the line or of the seeds, whichever is larger.
        span: Orders of magnitude over all layers, along the line; below 0 it shrinks towards the outputs.
        first, last: Paths of the layers at the ends.
        layers: How many.
    """

    per_layer: float
    error: float
    span: float
    first: str
    last: str
    layers: int

    @property
    def steep(self) -> bool:
        """Whether it changes by more than `STEEP` orders of magnitude, beyond the scatter."""
        return abs(self.span) >= STEEP and abs(self.per_layer) > SURE * self.error


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """The untrained model on one batch.

    Attributes:
        rows: In the batch.
        seeds: With which.
        losses: Of the steps, each before its update, a tuple for each seed.
        rates: The compiled optimizer's rate at each step, with the first seed.
        signals: In the order of the forward pass.
        activations: The same.
        variables: The trainable ones.
        outputs: How far each output differs from row to row, with the seed where it does most.
        outputs_later: The same after the steps.
        modes: Means over the seeds; None where the loss is not computed in Keras' own way.
        constant_loss: Loss of the best constant predictor, penalties apart; None where it cannot be told.
        activation_slope: Of the outputs of the hidden layers of the most common kind; None with fewer than four.
        gradient_slope: The same of their kernels' gradients, a weight each.
        unseen: Why signals were not seen, empty where they were.
        trials: Ids of the looks.
    """

    rows: int
    seeds: tuple[int, ...]
    losses: tuple[tuple[float, ...], ...] = ()
    rates: tuple[float, ...] = ()
    signals: tuple[LayerSignal, ...] = ()
    activations: tuple[ActivationStart, ...] = ()
    variables: tuple[VariableStart, ...] = ()
    outputs: tuple[float, ...] = ()
    outputs_later: tuple[float, ...] = ()
    modes: ModesSeen | None = None
    constant_loss: float | None = None
    activation_slope: DepthSlope | None = None
    gradient_slope: DepthSlope | None = None
    unseen: str = ""
    trials: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """Steps taken with each seed."""
        return min((len(losses) for losses in self.losses), default=0)

    @property
    def start_ratio(self) -> float | None:
        """Loss at the start, penalties apart, over the best constant predictor's; None where either is not known."""
        first = [losses[0] for losses in self.losses if losses]
        if not first or not self.constant_loss or self.constant_loss < 0 or not all(map(math.isfinite, first)):
            return None
        return (statistics.fmean(first) - (self.modes.penalty if self.modes is not None else 0.0)) / self.constant_loss

    @property
    def constant_outputs(self) -> bool:
        """Whether no output tells rows apart, neither before nor after the first steps, with any seed."""
        seen = (*self.outputs, *self.outputs_later)
        return bool(self.outputs) and bool(self.outputs_later) and all(varies <= CONSTANT for varies in seen)

    @property
    def dead_layers(self) -> tuple[str, ...]:
        """Layers with weights of which none gets a gradient other than zero, at any step with any seed."""
        reached = {variable.layer for variable in self.variables if variable.reached}
        layers = dict.fromkeys(variable.layer for variable in self.variables if variable.connected and variable.layer)
        return tuple(layer for layer in layers if layer not in reached)

    def signal(self, path: str) -> LayerSignal | None:
        """What the layer of that path gives, at its first call.

        Args:
            path: Of a layer.
        """
        return next((signal for signal in self.signals if signal.path == path), None)


def depth_slope(paths: Sequence[str], by_seed: Iterable[Sequence[float]]) -> DepthSlope | None:
    """Fits a line to log10 of a size over the layers, for each seed.

    Args:
        paths: Of the layers, in order.
        by_seed: For each seed the sizes; zeros and values that are not finite are left out.

    Returns:
        None where fewer than four layers are left with any seed.
    """
    sizes = list(by_seed)
    known = [sum(math.isfinite(size) and size > 0 for size in of_seed) for of_seed in sizes]
    lines = [line for of_seed in sizes if (line := slope(of_seed)) is not None]
    if not lines or min(known) < 4:
        return None
    rates = [line.per_layer for line in lines]
    between = statistics.stdev(rates) / math.sqrt(len(rates)) if len(rates) > 1 else 0.0
    return DepthSlope(
        statistics.fmean(rates),
        max(between, statistics.fmean(line.error for line in lines)),
        statistics.fmean(line.span for line in lines),
        paths[0],
        paths[-1],
        len(paths),
    )
