"""What the look `start` saw."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True, slots=True)
class SignalSeen:
    """What one layer gives for the batch, with dropout and augmentation off and batch norm on the batch's own statistics.

    Attributes:
        path: The layer's path; a layer that is called twice has two of these.
        rms, mean, std: Over all values of its output.
        varies: How far the output differs from row to row, as a share of its rms: 0 where all rows get the same. NaN where the
            first axis is not the rows'.
        received: The same of what the layer was called on; the largest of several.
        units: Size of the last axis.
        twins: Units whose values equal another unit's in every row, zeros apart.
    """

    path: str
    rms: float
    mean: float
    std: float
    varies: float
    received: float
    units: int
    twins: int


@dataclass(frozen=True, slots=True)
class UnitsSeen:
    """What one activation gives for the batch, unit by unit; a unit is one place of the last axis.

    Attributes:
        path: The layer that applies it or, where the user's own code does, the one whose values it is applied to.
        activation: "relu", "relu6", "sigmoid", "tanh" or "softmax".
        units: How many.
        dead: Units of a rectifier that are zero in every row and at every position.
        flat: Units that stand at a flat end of their activation in all but 1 % of the values.
        flat_share: Share of values at a flat end; of a softmax, share of rows that one unit takes all of.
    """

    path: str
    activation: str
    units: int
    dead: int
    flat: int
    flat_share: float


@dataclass(frozen=True, slots=True)
class VariableSeen:
    """What happened to one trainable variable in the first steps.

    Attributes:
        layer: Path of the layer whose own it is; empty where it belongs to none.
        name: Its name in the layer.
        size: Number of values.
        rms: Root mean square before the first step.
        handed: Whether an optimizer was ever asked to update it; None where no optimizer was ever asked for anything.
        gradients: Norm of its gradient at each step, 0 where none was there or handed over; NaN where there was one that
            could not be seen, because the step works in branches.
        updates: Norm of each step's change.
        connected: Whether there was a gradient at any step, be it zero.
        units: Size of the axis of a kernel's units; 0 where it is no kernel of a plain layer.
        twins: Units whose weights equal another unit's and whose gradients did at every step, zero gradients apart.
    """

    layer: str
    name: str
    size: int
    rms: float
    handed: bool | None
    gradients: tuple[float, ...]
    updates: tuple[float, ...]
    connected: bool
    units: int = 0
    twins: int = 0


@dataclass(frozen=True, slots=True)
class ModesSeen:
    """The loss of the batch after the first steps, from training mode to evaluation mode, one thing switched at a time.

    Attributes:
        reported: Mean of the losses of the steps, each before its update, as a progress bar shows it.
        training: Loss in training mode after the steps.
        without_augmentation: The same with augmentation as in inference.
        without_dropout: With dropout and noise off as well.
        without_batch_statistics: With batch norm on its moving averages as well.
        evaluation: In evaluation mode.
        penalty: Part of the last one that is penalties of regularizers and `add_loss`.
    """

    reported: float
    training: float
    without_augmentation: float
    without_dropout: float
    without_batch_statistics: float
    evaluation: float
    penalty: float

    @property
    def parts(self) -> dict[str, float]:
        """What makes up the difference between the reported and the evaluated loss; the parts add up to it."""
        steps = (
            self.reported,
            self.training,
            self.without_augmentation,
            self.without_dropout,
            self.without_batch_statistics,
            self.evaluation,
        )
        names = ("averaging", "augmentation", "dropout", "batch norm", "other layers")
        return {name: before - after for name, (before, after) in zip(names, pairwise(steps), strict=True)}


@dataclass(frozen=True, slots=True)
class StartSeen:
    """What the look `start` saw of one seed.

    Attributes:
        rows: In the batch.
        losses: Of the steps, each before its update; NaN where the step reports none.
        rates: The compiled optimizer's rate at each step; empty where there is none.
        signals: Before the first step, in the order of the forward pass; empty where the model cannot be called by itself.
        units: The same of activations.
        outputs: How far each output differs from row to row, as `SignalSeen.varies`, before the first step.
        later_signals, later_units, later_outputs: The same after the steps.
        variables: The trainable ones.
        modes: None where the loss is not Keras' own way of computing it.
        unseen: Why signals were not seen, empty where they were.
    """

    rows: int = 0
    losses: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()
    signals: tuple[SignalSeen, ...] = ()
    units: tuple[UnitsSeen, ...] = ()
    outputs: tuple[float, ...] = ()
    later_signals: tuple[SignalSeen, ...] = ()
    later_units: tuple[UnitsSeen, ...] = ()
    later_outputs: tuple[float, ...] = ()
    variables: tuple[VariableSeen, ...] = ()
    modes: ModesSeen | None = None
    unseen: str = ""
    kind: Literal["start"] = "start"
