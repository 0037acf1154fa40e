"""What the look `loss` saw: every loss and metric of the model, tried on the user's own targets."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Likeness:
    """One of Keras' losses that a loss of the user's own is a multiple of, on all predictions that were tried.

    Attributes:
        name: As `LossFacts.name`.
        from_logits: As `LossFacts.from_logits`.
        factor: The user's loss over Keras'; below zero it rewards what Keras' punishes.
        swapped: Whether it is so with targets and predictions in each other's place.
    """

    name: str
    from_logits: bool | None
    factor: float
    swapped: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A loss along the line of predictions from the opposite of the targets over the best constant to the targets and beyond.

    Attributes:
        worst: At the opposite of the targets.
        constant: At their mean, the same for all rows.
        best: At the targets, for probabilities a fiftieth short of them.
        beyond: As far behind the targets as the mean is before them; None where predictions cannot lie there (classes).
        pull: Cosine between the downhill direction and the way to the targets, at the constant, both without their mean over the
            rows: 1 pulls each row towards its own target, -1 away from it.
        finite_at_targets: Whether loss and gradient are finite when the targets themselves are predicted.
    """

    worst: float
    constant: float
    best: float
    beyond: float | None
    pull: float
    finite_at_targets: bool


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A loss or metric that was handed equally many targets and predictions in different shapes.

    Attributes:
        target_shape, output_shape: As handed over, with the batch axis.
        given: Its value where the targets themselves are predicted.
        aligned: The same with targets of the predictions' shape.
        differs: Whether it makes a difference, on these or on other predictions.
    """

    target_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    given: float
    aligned: float
    differs: bool


@dataclass(frozen=True, slots=True)
class Predicted:
    """What the untrained model gave on its first rows, in evaluation mode, and the loss' gradient there.

    Attributes:
        minimum, maximum: Of the finite predictions.
        outside_unit: Share outside 0 to 1.
        no_gradient: Share of the predictions whose gradient is exactly zero.
        rows_without_gradient: Share of rows of which all are.
        finds_logits: Whether the gradient passes the predictions by: the loss uses the logits that Keras keeps with them.
    """

    minimum: float
    maximum: float
    outside_unit: float
    no_gradient: float
    rows_without_gradient: float
    finds_logits: bool


@dataclass(frozen=True, slots=True)
class OutputLoss:
    """The loss of one output. What could not be measured is None.

    Attributes:
        output: Name of the output.
        loss: As `LossFacts.name`.
        built_in: Whether it is Keras' own.
        rows: On how many rows it was tried.
        predicted: On the untrained model's own predictions.
        broadcast: Where targets and predictions have different shapes.
        growth: Size of a row's gradient with the batch repeated eight times over that with the batch once: 1/8 for a mean, 1 for
            a sum.
        uses_targets: Whether its value depends on the targets.
        gradient_uses_targets: Whether its gradient does.
        flat: Whether its gradient is zero at all predictions that were tried.
        constant_slope: Whether its gradient is the same at all predictions that were tried.
        likeness: For a loss of the user's own.
        course: For a loss of the user's own.
        worst_share: Share of the gradient that the hundredth of the rows with the largest ones carries, at the best constant; for
            numbers only.
    """

    output: str
    loss: str
    built_in: bool
    rows: int
    predicted: Predicted | None = None
    broadcast: Broadcast | None = None
    growth: float | None = None
    uses_targets: bool | None = None
    gradient_uses_targets: bool | None = None
    flat: bool | None = None
    constant_slope: bool | None = None
    likeness: Likeness | None = None
    course: Course | None = None
    worst_share: float | None = None


@dataclass(frozen=True, slots=True)
class MetricSeen:
    """One metric of one output.

    Attributes:
        output: Name of the output.
        name: As `OutputFacts.metrics` has it.
        called: What it is called in `fit`'s logs.
        broadcast: Where targets and predictions have different shapes.
        when_right: Of an accuracy, its value where every prediction is right, but only just: logits a quarter from zero, or the
            target's own class a little ahead of the others; None for other metrics and where that cannot be made up.
    """

    output: str
    name: str
    called: str
    broadcast: Broadcast | None = None
    when_right: float | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a loss that has several.

    Attributes:
        name: Name of the output; empty for all that layers and regularizers add.
        value: On the first batch, its weight included.
        gradient_norm: Norm of its gradient over all trainable weights, its weight included.
    """

    name: str
    value: float
    gradient_norm: float


@dataclass(frozen=True, slots=True)
class LossSeen:
    """What the look `loss` saw.

    Attributes:
        outputs: Those with a loss, in the model's order.
        metrics: In the order of the outputs.
        terms: Where there are several, else empty.
        added_growth: As `OutputLoss.growth`, of what layers add to the loss by themselves, regularizers apart; None where they do
            not.
    """

    outputs: tuple[OutputLoss, ...] = ()
    metrics: tuple[MetricSeen, ...] = ()
    terms: tuple[Term, ...] = ()
    added_growth: float | None = None
    kind: Literal["loss"] = "loss"
