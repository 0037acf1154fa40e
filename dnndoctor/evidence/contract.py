"""The contract between head, loss and targets: what Keras' own losses take, what activations can give, what arrays hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.evidence.data_facts import ArrayFacts, TargetFacts
from dnndoctor.evidence.facts import Facts, LayerFacts, LossFacts, OutputFacts, Place


class Predictions(StrEnum):
    """What a loss takes as predictions.

    `ROWS`: probabilities of exclusive classes, a row of them sums to one. `ELEMENTS`: probabilities, each for itself.
    `NUMBERS`: any numbers. `POSITIVE`: numbers above zero.
    """

    ROWS = "probabilities that sum to one"
    ELEMENTS = "probabilities, each for itself"
    NUMBERS = "numbers"
    POSITIVE = "positive numbers"


LOSSES: Mapping[str, Predictions] = {
    "categorical_crossentropy": Predictions.ROWS,
    "categorical_focal_crossentropy": Predictions.ROWS,
    "sparse_categorical_crossentropy": Predictions.ROWS,
    "kl_divergence": Predictions.ROWS,
    "binary_crossentropy": Predictions.ELEMENTS,
    "binary_focal_crossentropy": Predictions.ELEMENTS,
    "poisson": Predictions.POSITIVE,
    "mean_squared_error": Predictions.NUMBERS,
    "mean_absolute_error": Predictions.NUMBERS,
    "mean_absolute_percentage_error": Predictions.NUMBERS,
    "mean_squared_logarithmic_error": Predictions.NUMBERS,
    "huber": Predictions.NUMBERS,
    "log_cosh": Predictions.NUMBERS,
}
"""Losses whose contract is judged, by Keras' snake-case name. Margins, overlaps and similarities (hinge, Dice, Tversky, cosine,
CTC, ...) work with several heads and encodings, so nothing is said about them."""

IDS_LOSSES = frozenset({"sparse_categorical_crossentropy"})
"""Losses that take a class id where the others take a row of shares."""

EXCLUSIVE_LOSSES = frozenset(
    {"categorical_crossentropy", "categorical_focal_crossentropy", "sparse_categorical_crossentropy", "kl_divergence"}
)
BINARY_LOSSES = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
DISTANCE_LOSSES = frozenset(name for name, predictions in LOSSES.items() if predictions is Predictions.NUMBERS)

RANGES: Mapping[str, tuple[float, float]] = {
    "linear": (-math.inf, math.inf),
    "leaky_relu": (-math.inf, math.inf),
    "softmax": (0.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "elu": (-1.0, math.inf),
    "celu": (-1.0, math.inf),
    "selu": (-1.7582, math.inf),  # scale * alpha of the self-normalising constants (Klambauer et al. 2017)
    "log_softmax": (-math.inf, 0.0),
    "log_sigmoid": (-math.inf, 0.0),
    # The minima of these three were found by minimising x * Phi(x), x * sigmoid(x) and x * tanh(softplus(x)).
    "gelu": (-0.17, math.inf),
    "silu": (-0.2785, math.inf),
    "mish": (-0.3088, math.inf),
}
"""The values that an activation can give, at its default settings."""

PROBABILITY_ACTIVATIONS = frozenset({"softmax", "sigmoid", "hard_sigmoid", "sparsemax"})
SATURATING_ACTIVATIONS = frozenset({"sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign"})

CLASS_ENCODINGS = frozenset({"class_ids", "one_hot", "multi_hot", "binary", "signed_binary"})


@dataclass(frozen=True, slots=True)
class Head:
    """One output with what belongs to it.

    Attributes:
        output: Its facts.
        target: Its targets, None where there are none.
        layer: The layer that holds its activation, None where it could not be told.
        several: Whether the model has further outputs, so that sentences must name this one.
    """

    output: OutputFacts
    target: TargetFacts | None
    layer: LayerFacts | None
    several: bool

    @property
    def loss(self) -> LossFacts | None:
        """Its loss where it is Keras' own, None where it is the user's or not attached to an output."""
        return self.output.loss if self.output.loss is not None and self.output.loss.built_in else None

    @property
    def units(self) -> int | None:
        """Size of the last axis; 1 for plain numbers, None where it is not known."""
        return self.output.shape[-1] if self.output.shape else 1

    @property
    def place(self) -> Place | None:
        """Where the user wrote the layer, None where that was not seen."""
        return self.layer.place if self.layer is not None else None

    @property
    def name(self) -> str:
        """How a sentence calls it: "The output", or with its name where there are several."""
        return f"The output {self.output.name}" if self.several else "The output"

    @property
    def encoding(self) -> str:
        """Encoding of its targets, "unknown" where there are none."""
        return self.target.encoding if self.target is not None else "unknown"


def heads(facts: Facts) -> tuple[Head, ...]:
    """Every output with its targets, in the model's order."""
    targets = {target.output: target for target in facts.data.targets}
    several = len(facts.outputs) > 1
    return tuple(Head(output, targets.get(output.name), facts.layer(output.layer), several) for output in facts.outputs)


def share_outside(array: ArrayFacts, low: float, high: float) -> float:
    """The least share of an array's values that must lie outside [low, high], from its moments and range alone.

    For Z = X - high, with mean m, second moment q and |Z| <= M: E|Z| >= q / M, so the positive part has the mean
    E[Z+] = (E|Z| + m) / 2 >= (q / M + m) / 2, and also E[Z+] >= m; as Z+ <= max Z, P(Z > 0) >= E[Z+] / max Z.
    The other side is the same for low - X.

    Args:
        array: Its facts; not numeric gives 0.
        low: Lower end of the interval, may be infinite.
        high: Upper end of it, may be infinite.

    Returns:
        0 to 1, a lower bound: the true share may be larger, never smaller.
    """
    if not all(map(math.isfinite, (array.minimum, array.maximum, array.mean, array.std))):
        return 0.0
    above = _share_above(high, array.minimum, array.maximum, array.mean, array.std)
    below = _share_above(-low, -array.maximum, -array.minimum, -array.mean, array.std)
    return min(1.0, above + below)


def _share_above(bound: float, minimum: float, maximum: float, mean: float, std: float) -> float:
    if not maximum > bound:
        return 0.0
    if minimum > bound:
        return 1.0
    excess = mean - bound
    largest = max(maximum - bound, bound - minimum)
    positive_part = max(0.0, excess, ((std**2 + excess**2) / largest + excess) / 2)
    return min(1.0, positive_part / (maximum - bound))
