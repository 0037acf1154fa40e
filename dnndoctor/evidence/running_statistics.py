"""Batch normalisation's running statistics against the length of the course: how far are they, and how far do they lag?"""

from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.topology import BATCH_NORM

KERAS_MOMENTUM = 0.99


@dataclass(frozen=True, slots=True)
class RunningStatistics:
    """Of all batch normalisations that are trained from their starting values.

    Attributes:
        layers: They, in the model's order.
        steps: Of the whole course.
    """

    layers: tuple[LayerFacts, ...]
    steps: int

    @property
    def momentum(self) -> float:
        """The slowest layer's."""
        return max(map(momentum_of, self.layers))

    @property
    def left(self) -> float:
        """Share of the starting values, mean 0 and variance 1, in the slowest layer's statistics at the end."""
        return self.momentum**self.steps

    @property
    def lag(self) -> float:
        """Part of the course until 1/20 of what was is left: 3 / (1 - momentum) steps."""
        return 3 / (1 - self.momentum) / self.steps if self.momentum < 1 else float("inf")

    @property
    def fitting(self) -> float:
        """A momentum with which ten times that time is there; at most 0.9, at least 0.5."""
        return min(0.9, max(0.5, round(1 - 10 / self.steps, 2)))


def running_statistics(facts: Facts) -> RunningStatistics | None:
    """They, where there are any and the length of the course is known.

    Args:
        facts: Of the subject.
    """
    recipe = facts.recipe
    norms = tuple(layer for layer in facts.layers if layer.kind == BATCH_NORM and layer.trainable and not _is_loaded(layer))
    steps = 0 if recipe.steps_per_epoch is None else recipe.steps_per_epoch * recipe.epochs
    return RunningStatistics(norms, steps) if norms and steps > 0 else None


def momentum_of(layer: LayerFacts) -> float:
    """The momentum of a batch normalisation.

    Args:
        layer: It.
    """
    momentum = layer.settings.get("momentum")
    return float(momentum) if isinstance(momentum, int | float) else KERAS_MOMENTUM


def _is_loaded(layer: LayerFacts) -> bool:
    return any(weight.loaded for weight in layer.weights)
