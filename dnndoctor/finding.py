"""Findings: what a rule concludes, in the words that stay the same in every format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dnndoctor.evidence.facts import Place
from dnndoctor.evidence.trial import Edit


class Severity(StrEnum):
    """How bad it is.

    `ERROR`: a decisive rung fails on the user's own run, a confirmed remedy lifts an established sickness, or a contract
    is broken on the real arrays. `WARNING`: evidence beyond noise, not decisive. `NOTE`: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Cause(StrEnum):
    """The closed vocabulary of causes."""

    INPUT_SCALE = "input-scale"
    TARGET_SCALE = "target-scale"
    BAD_VALUES = "bad-values"
    LABELS = "labels"
    LABEL_NOISE = "label-noise"
    LEAKAGE = "leakage"
    CLASS_IMBALANCE = "class-imbalance"
    NOT_SHUFFLED = "not-shuffled"
    TRAIN_VAL_MISMATCH = "train-val-mismatch"
    AUGMENTATION = "augmentation"
    OUTPUT_ACTIVATION = "output-activation"
    OUTPUT_UNITS = "output-units"
    HIDDEN_ACTIVATION = "hidden-activation"
    MISSING_BIAS = "missing-bias"
    CAPACITY_LOW = "capacity-low"
    CAPACITY_HIGH = "capacity-high"
    FROZEN_LAYERS = "frozen-layers"
    RESHAPE = "reshape"
    TRANSLATION_SENSITIVITY = "translation-sensitivity"
    ARCHITECTURE = "architecture"
    CUSTOM_CODE = "custom-code"
    LOSS_FUNCTION = "loss-function"
    LOGITS_MISMATCH = "logits-mismatch"
    METRIC = "metric"
    INITIALIZER = "initializer"
    OPTIMIZER = "optimizer"
    LEARNING_RATE_HIGH = "learning-rate-high"
    LEARNING_RATE_LOW = "learning-rate-low"
    LR_SCHEDULE = "lr-schedule"
    GRADIENT_CLIPPING = "gradient-clipping"
    VALUE_CLIPPING = "value-clipping"
    BATCH_SIZE_SMALL = "batch-size-small"
    BATCH_SIZE_LARGE = "batch-size-large"
    EPOCHS = "epochs"
    REGULARIZATION = "regularization"
    DROPOUT = "dropout"
    BATCH_NORM = "batch-norm"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Where:
    """The place a finding points at.

    Attributes:
        layer: Path of the layer, None where it is not about one.
        place: File and line of the layer's creation or of the config key, None where it was not seen.
    """

    layer: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of measured evidence.

    Attributes:
        text: The sentence, numbers included.
        rung: Name of the experiment it comes from; "facts" for what needed no trial.
        values: The numbers by name, for machines. A tuple is a curve, shown as a sparkline.
        trials: Ids of the trials behind it.
    """

    text: str
    rung: str
    values: Mapping[str, float | str | tuple[float, ...]] = field(default_factory=dict)
    trials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about a finding.

    Attributes:
        title: One imperative line ("Lower the learning rate to 1e-3").
        edits: The same as edits that a trial can apply; empty where none exists yet.
        patch: The concrete line(s) of code to write, as the user would write them.
        verified: Whether trials showed that it works.
        before, after: The measured quantity without and with it; None where it was not tried.
        effect: That measurement as a sentence, with its unit and number of seeds.
        seeds: On which it was measured.
        note: A caveat, or empty.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    patch: str = ""
    verified: bool = False
    before: float | None = None
    after: float | None = None
    effect: str = ""
    seeds: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is probably wrong.

    Attributes:
        code: The rule's code ("DD401").
        name: The rule's name ("learning-rate-too-high").
        cause: From the closed vocabulary.
        title: One line that says what is wrong, with the decisive number.
        severity: See `Severity`.
        confidence: Probability, 0 to 1, that this cause is a right answer.
        where: Places, the most telling first. A rule may leave it empty: a diagnosis adds the line that sets the cause.
        evidence: Statements, the most telling first.
        remedies: The best first.
    """

    code: str
    name: str
    cause: Cause
    title: str
    severity: Severity
    confidence: float
    where: tuple[Where, ...] = ()
    evidence: tuple[Statement, ...] = ()
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A cause that the evidence speaks against.

    Attributes:
        cause: From the closed vocabulary.
        why: The measurement that rules it out, one sentence.
    """

    cause: Cause
    why: str


@dataclass(frozen=True, slots=True)
class NotSeen:
    """Something that could not be examined.

    Attributes:
        what: What it was.
        why: Why it could not be seen, one sentence.
    """

    what: str
    why: str
