"""What came of a trial. Bad news is a value here, never an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dnndoctor.evidence.seen import Seen
from dnndoctor.evidence.trial import Trial


class State(StrEnum):
    """How a trial ended.

    `FINISHED` covers every run whose steps were taken, also one that became NaN or stopped early below its target.
    `CUT` ended at a deadline or an interrupt with a valid part of its curve. `IMPOSSIBLE` means that the edits do not
    apply to this subject; `FAILED` that the user's code raised.
    """

    FINISHED = "finished"
    CUT = "cut"
    IMPOSSIBLE = "impossible"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"


@dataclass(frozen=True, slots=True)
class OutputScore:
    """How well one output's decoded predictions meet the targets, and what the raw predictions look like.

    Attributes:
        error: In the units of `TargetFacts.constant_error`; None where nothing can be decoded.
        skill: 1 - error / error of the best constant predictor *on these rows*; 1 is perfect, 0 no better than a constant; None
            where nothing can be decoded or the targets of these rows never differ.
        minimum, maximum, mean, std: Of the raw predictions' finite values.
        nonfinite: How many predictions are NaN or infinite.
        varies: Mean std of the predictions over the rows, as a share of their overall rms: 0 when all rows get the same answer.
        outside_unit: Share of predictions outside [0, 1].
    """

    error: float | None
    skill: float | None
    minimum: float
    maximum: float
    mean: float
    std: float
    nonfinite: int
    varies: float
    outside_unit: float


@dataclass(frozen=True, slots=True)
class Score:
    """One evaluation, through the model's own `evaluate` and its own forward pass.

    Attributes:
        loss: As `evaluate` gives it, NaN where it gives none.
        metrics: As `evaluate` gives them, without the loss.
        outputs: By the output's name; empty where there is nothing to predict.
    """

    loss: float
    metrics: Mapping[str, float] = field(default_factory=dict)
    outputs: Mapping[str, OutputScore] = field(default_factory=dict)

    @property
    def skill(self) -> float | None:
        """Mean skill over the outputs that can be decoded, None where none can."""
        skills = [output.skill for output in self.outputs.values() if output.skill is not None]
        return sum(skills) / len(skills) if skills else None


@dataclass(frozen=True, slots=True)
class Scores:
    """The evaluations of one trial; None where there was nothing to evaluate on.

    Attributes:
        start: The trial's training rows before the first step (at most 2,048 of them).
        train: The same rows at the end.
        train_mode: The same rows at the end, predicted with training=True (batch statistics, dropout); no losses.
        validation: The validation rows at the end (at most 2,048 of them).
    """

    start: Score | None = None
    train: Score | None = None
    train_mode: Score | None = None
    validation: Score | None = None


@dataclass(frozen=True, slots=True)
class LayerCurve:
    """What one layer did at the recorded steps.

    Attributes:
        path: The layer's path.
        gradient_norm: L2 norm of the gradient of its own trainable variables, per step; empty where it has none.
        update_ratio: Norm of the update over norm of the weights, per step; empty where it has no weights.
        activation_rms: Root mean square of its output, per step; empty where it was not seen.
        activation_zero_share: Share of exact zeros in its output, per step.
    """

    path: str
    gradient_norm: tuple[float, ...] = ()
    update_ratio: tuple[float, ...] = ()
    activation_rms: tuple[float, ...] = ()
    activation_zero_share: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstNonFinite:
    """The first value that was NaN or infinite.

    Attributes:
        step: Step, counted from 0.
        where: "loss", "gradient", "activation" or "weights", the earliest in the order activation, loss, gradient, weights.
        layer: Path of the first layer concerned, None where no layers were recorded.
    """

    step: int
    where: str
    layer: str | None = None


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """The state at the end of an epoch, where callbacks took part.

    Attributes:
        step: Steps done so far.
        logs: What Keras' `fit` would hand to callbacks at this point ("loss", "val_loss", metrics).
        learning_rate: Rate after the callbacks have run.
    """

    step: int
    logs: Mapping[str, float]
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial.

    Attributes:
        trial: The trial as it was asked for.
        state: How it ended.
        reason: One sentence where the state is not FINISHED; for CRASHED and FAILED with the end of the log or the user's frames.
        path: Which way of the fallback chain ran it (see `EngineFacts.path`); empty where it never ran.
        batch_size: Rows a step.
        steps_run: Steps taken; the length of the curves.
        losses: The loss of each step as `train_step` reports it, before that step's update.
        gradient_norm: Global L2 norm of the gradients as the optimizer was given them, per step; empty if not recorded.
        update_ratio: Global norm of the update over global norm of the trainable weights, per step; empty if not recorded.
        layers: Empty if not recorded.
        first_nonfinite: None where all was finite.
        scores: Evaluations.
        epochs: Where callbacks took part; else empty.
        stopped_by: "stop_below", "non-finite", the class name of the callback that stopped it, or empty.
        seconds: Wall time of the trial, without building and tracing.
        seen: What a look saw, None for trials that train.
    """

    trial: Trial
    state: State
    reason: str = ""
    path: str = ""
    batch_size: int = 0
    steps_run: int = 0
    losses: tuple[float, ...] = ()
    gradient_norm: tuple[float, ...] = ()
    update_ratio: tuple[float, ...] = ()
    layers: tuple[LayerCurve, ...] = ()
    first_nonfinite: FirstNonFinite | None = None
    scores: Scores = field(default_factory=Scores)
    epochs: tuple[EpochEnd, ...] = ()
    stopped_by: str = ""
    seconds: float = 0.0
    seen: Seen | None = None
