"""Made-up predictions to try a loss on: between the opposite of the targets, the best constant, and the targets themselves."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dnndoctor.evidence.contract import PROBABILITY_ACTIVATIONS, RANGES
from dnndoctor.subject.blueprint import Array

SHORT = 0.02
"""How far probabilities stay from 0 and 1, so that their logarithms and logits are ordinary numbers."""

MARGIN = 0.25
"""How far right answers are from the threshold where they are only just right."""

SURE = 30.0
"""A logit whose sigmoid is 1 in float32."""

_ROWS = frozenset({"class_ids", "one_hot", "probabilities"})
_ELEMENTS = frozenset({"binary", "multi_hot"})


class Space(StrEnum):
    """What predictions are: `NUMBERS`; `ELEMENTS`, probabilities each for itself; `ROWS` of them; or the logits of these."""

    NUMBERS = "numbers"
    ELEMENTS = "probabilities"
    ROWS = "rows of probabilities"
    ELEMENT_LOGITS = "logits"
    ROW_LOGITS = "rows of logits"

    @property
    def of_logits(self) -> bool:
        """Whether they are logits."""
        return self in (Space.ELEMENT_LOGITS, Space.ROW_LOGITS)

    @property
    def of_rows(self) -> bool:
        """Whether a row of them is about exclusive classes."""
        return self in (Space.ROWS, Space.ROW_LOGITS)


def space_of(encoding: str, units: int, targets: Array, activation: str | None, *, logits: bool) -> Space | None:
    """What the predictions of an output are.

    Args:
        encoding: `TargetFacts.encoding`.
        units: Size of the output's last axis.
        targets: As the user gave them.
        activation: `OutputFacts.activation`.
        logits: Whether the loss takes logits, if the targets are classes.

    Returns:
        None where the targets were not understood.
    """
    if encoding in _ROWS or (encoding == "binary" and units > 1):
        return Space.ROW_LOGITS if logits else Space.ROWS
    if encoding in _ELEMENTS:
        return Space.ELEMENT_LOGITS if logits else Space.ELEMENTS
    if encoding == "continuous":
        shares = activation in PROBABILITY_ACTIVATIONS and targets.size and targets.min() >= 0 and targets.max() <= 1
        return Space.ELEMENTS if shares else Space.NUMBERS
    return Space.NUMBERS if encoding == "signed_binary" else None


def ideal_predictions(targets: Array, shape: tuple[int, ...], space: Space) -> Array | None:
    """The targets in the form of predictions: numbers as they are, classes as rows of 0 and 1.

    Args:
        targets: As the user gave them, (rows, ...).
        shape: Of the predictions, with the batch axis.
        space: What the predictions are.

    Returns:
        Float32 of that shape; None where targets and predictions do not match element by element or class by class.
    """
    if targets.dtype.kind not in "biuf" or not np.isfinite(targets).all():
        return None
    if sized(targets.shape) == sized(shape):
        return targets.reshape(shape).astype(np.float32)
    units = shape[-1]
    if not space.of_rows or targets.size * units != int(np.prod(shape)):
        return None
    ids = targets.reshape(-1).astype(np.int64)
    if ids.min() < 0 or ids.max() >= units:
        return None
    return np.eye(units, dtype=np.float32)[ids].reshape(shape)


def sized(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The rows and the other axes that are longer than one: what two shapes share that differ by axes of one alone.

    Args:
        shape: With the batch axis.
    """
    return (shape[0], *(size for size in shape[1:] if size != 1))


@dataclass(frozen=True)
class Line:
    """Predictions along a line.

    Attributes:
        ideal: The targets in the form of predictions.
        space: What predictions are.
        low: The least that a number may be; minus infinity where the head has no such bound.
    """

    ideal: Array
    space: Space
    low: float = -np.inf

    @classmethod
    def through(cls, ideal: Array, space: Space, activation: str | None) -> "Line":
        """The line for a head.

        Args:
            ideal: The targets in the form of predictions.
            space: What predictions are.
            activation: Of the head; one that is never negative gives numbers above zero.
        """
        positive = RANGES.get(activation or "linear", (-np.inf, np.inf))[0] == 0
        return cls(ideal, space, 1e-3 * (float(ideal.std()) or 1.0) if positive else -np.inf)

    def constant(self) -> Array:
        """The mean over all rows and steps, for each entry of the last axis; no share closer than `SHORT` to 0 and 1."""
        mean = np.broadcast_to(self.ideal.mean(axis=tuple(range(self.ideal.ndim - 1)) or None), self.ideal.shape)
        if self.space is Space.NUMBERS:
            return np.asarray(mean)
        return np.asarray(np.clip(mean, SHORT, 1 - SHORT))

    def at(self, position: float) -> Array:
        """Predictions at a place of the line.

        Args:
            position: -1 is the opposite of the targets, 0 the constant, 1 the targets (for probabilities SHORT of them), and for
                numbers 2 as far behind them.
        """
        constant = self.constant()
        if self.space is Space.NUMBERS:
            return np.maximum(constant + position * (self.ideal - constant), self.low).astype(np.float32)
        end = self.ideal if position >= 0 else self._opposite()
        weight = abs(position) * (1 - SHORT)
        return self._as_given((1 - weight) * constant + weight * end)

    def exact(self) -> Array:
        """The targets themselves, where the head can give them; as logits so sure that they round to 0 and 1."""
        if not self.space.of_logits:
            return np.asarray(np.maximum(self.ideal, np.float32(self.low)))
        return np.asarray((2 * self.ideal - 1) * SURE, np.float32)

    def disturbed(self, position: float, amount: float, seed: int) -> Array:
        """Predictions around a place of the line.

        Args:
            position: See `at`.
            amount: Deviation of the disturbance: for numbers in deviations of the targets, for probabilities the share of a draw.
            seed: Draws it.
        """
        draw = np.random.default_rng(seed)
        if self.space is Space.NUMBERS:
            spread = float(self.ideal.std()) or 1.0
            noise = amount * spread * draw.normal(size=self.ideal.shape)
            return np.maximum(self.at(position) + noise, self.low).astype(np.float32)
        constant = self.constant()
        drawn = draw.uniform(SHORT, 1 - SHORT, self.ideal.shape)
        end = self.ideal if position >= 0 else self._opposite()
        weight = abs(position) * (1 - SHORT)
        shares = (1 - amount) * ((1 - weight) * constant + weight * end) + amount * drawn
        return self._as_given(shares / shares.sum(axis=-1, keepdims=True) if self.space.of_rows else shares)

    def just_right(self) -> Array | None:
        """Answers that are right, though only just; None for numbers."""
        if self.space is Space.NUMBERS:
            return None
        if self.space is Space.ELEMENTS or self.space is Space.ELEMENT_LOGITS:
            middle = 0.5 if self.space is Space.ELEMENTS else 0.0
            return np.asarray(middle + MARGIN * (2 * self.ideal - 1), np.float32)
        if self.space is Space.ROW_LOGITS:
            return np.asarray(MARGIN * self.ideal, np.float32)
        return np.asarray((1 - MARGIN) / self.ideal.shape[-1] + MARGIN * self.ideal, np.float32)

    def _opposite(self) -> Array:
        others = 1 - self.ideal
        return others / max(1, self.ideal.shape[-1] - 1) if self.space.of_rows else others

    def _as_given(self, shares: Array) -> Array:
        if self.space is Space.ROW_LOGITS:
            return np.log(shares).astype(np.float32)
        if self.space is Space.ELEMENT_LOGITS:
            return (np.log(shares) - np.log1p(-shares)).astype(np.float32)
        return np.asarray(shares, np.float32)
