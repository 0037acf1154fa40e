"""Where losses and metrics are tried: the outputs that have them, with their targets and what the model gave."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import keras
import numpy as np

from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import OutputFacts
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.data.trees import leaves
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.evaluation import targets_by_output
from dnndoctor.subject.facts.losses import losses_by_output
from dnndoctor.subject.looks import Scene
from dnndoctor.subject.looks.predictions import Line, ideal_predictions, space_of

TRIED_ROWS = 64
"""Rows that losses are tried on."""

_VALUES = 100_000
"""Numbers, of inputs or of predictions, that are handled at once: less than a millisecond for an operation."""

_FEWEST = 8

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """One output, and what its loss and its metrics are tried on.

    Attributes:
        facts: Of the output.
        target: Facts of its targets.
        loss: The loss object.
        weight: Its entry in `loss_weights`, 1 by default.
        predicted: What the model gave for the batch: a tensor, with what Keras remembers of it.
        truth: The targets of the batch.
        targets: Of all rows, as the user gave them.
    """

    facts: OutputFacts
    target: TargetFacts
    loss: Any
    weight: float
    predicted: Any
    truth: Any
    targets: Array

    @property
    def built_in(self) -> bool:
        """Whether the loss is Keras' own."""
        return self.facts.loss is not None and self.facts.loss.built_in

    def rows(self, most: int) -> Array:
        """Targets of rows from the first to the last, since a sorted set begins with one class alone.

        Args:
            most: How many rows at most.
        """
        values = max(1, int(np.prod(self.predicted.shape[1:])))
        count = min(len(self.targets), most, max(_FEWEST, _VALUES // values))
        return np.asarray(self.targets[np.unique(np.linspace(0, len(self.targets) - 1, count).astype(np.int64))])

    def line(self, targets: Array, *, logits: bool) -> Line | None:
        """Made-up predictions for some targets; None where targets and predictions cannot be brought together.

        Args:
            targets: Of some rows.
            logits: Whether the loss takes logits, if they are classes.
        """
        shape = (len(targets), *(int(size) for size in self.predicted.shape[1:]))
        units = shape[-1] if len(shape) > 1 else 1
        space = space_of(self.target.encoding, units, targets, self.facts.activation, logits=logits)
        ideal = None if space is None else ideal_predictions(targets, shape, space)
        return None if space is None or ideal is None else Line.through(ideal, space, self.facts.activation)


def resolve(model: keras.Model, x: Any, y: Any, weight: Any, structure: Any) -> None:
    """Lets Keras make loss and metric objects for these shapes, as it does at the first step.

    Args:
        model: Compiled.
        x: A batch of inputs.
        y: Its targets.
        weight: Its sample weights.
        structure: What the model gives for it.
    """
    attempt(lambda: model.compute_loss(x, y, structure, weight))
    attempt(lambda: model.compute_metrics(x, y, structure, weight))
    made = (getattr(model, name, None) for name in ("_compile_loss", "_compile_metrics"))
    if not all(each is None or each.built for each in made):
        private.build_symbolically(model, x, y, weight)  # takes a trace of the model, half a second for a larger one


def rows_of(scene: Scene) -> int:
    """Rows of the user's batches, fewer where they are large: losses behave alike on the first and on the last of them.

    Args:
        scene: Of the subject.
    """
    values = max(1, sum(int(np.prod(leaf.shape[1:])) for leaf in leaves(scene.blueprint.train.x)))
    return max(_FEWEST, min(scene.blueprint.batch_size, TRIED_ROWS, _VALUES // values))


def places_of(scene: Scene, model: keras.Model, structure: Any, y: Any) -> list[Place]:
    """The outputs that have both a loss and targets, in the model's order.

    Args:
        scene: Of the subject.
        model: Its losses resolved.
        structure: What it gives for a batch.
        y: The targets of the batch.
    """
    facts, names = scene.facts, scene.blueprint.output_names
    flat = keras.tree.flatten(structure)
    if len(flat) != len(facts.outputs) or not facts.data.targets:
        return []
    batch, whole = targets_by_output(y, names), targets_by_output(scene.blueprint.train.y, names)
    targets = {target.output: target for target in facts.data.targets}
    return [
        Place(
            output,
            targets[output.name],
            entry.loss,
            1.0 if entry.loss_weights is None else float(entry.loss_weights),
            predicted,
            batch[output.name],
            np.asarray(whole[output.name]),
        )
        for output, predicted, entry in zip(facts.outputs, flat, losses_by_output(model, structure), strict=True)
        if entry is not None and output.name in whole and output.name in targets
    ]


def attempt(measure: Callable[[], T]) -> T | None:
    """What a measurement gives; None where the user's loss or metric does not bear what it is handed.

    Args:
        measure: Calls code of the user's own.
    """
    try:
        return measure()
    except Exception:  # of any kind; what was not measured is not judged
        return None
