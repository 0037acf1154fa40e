"""The gradient of every layer in the first steps, from whichever experiment saw it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.experiments.start import StartExperiment


@dataclass(frozen=True, slots=True)
class FirstGradients:
    """Gradients of the first steps.

    Attributes:
        norms: Of each layer at the first step, by path.
        dead: Paths of the layers whose gradient is exactly zero at every step with every seed.
        steps: How many steps.
        seeds: With how many seeds.
        rung: Name of the experiment.
        trials: Ids of its trials.
    """

    norms: Mapping[str, float]
    dead: tuple[str, ...]
    steps: int
    seeds: int
    rung: str
    trials: tuple[str, ...]


def first_gradients(evidence: Evidence) -> FirstGradients | None:
    """As trained steps or, where these were not run, the look at the start saw them; None where neither did.

    Args:
        evidence: Of the rungs so far.
    """
    batch = evidence.of(FirstBatchExperiment)
    if batch is not None:
        norms = {layer.path: layer.gradient for layer in batch.layers}
        dead = tuple(layer.path for layer in batch.layers if layer.dead)
        return FirstGradients(norms, dead, batch.steps, len(batch.seeds), FirstBatchExperiment.name, batch.trials)
    point = evidence.of(StartExperiment)
    if point is None:
        return None
    squares: dict[str, float] = {}
    for one in point.variables:
        if one.layer:
            squares[one.layer] = squares.get(one.layer, 0.0) + one.gradient**2
    norms = {path: math.sqrt(square) for path, square in squares.items()}
    return FirstGradients(norms, point.dead_layers, point.steps, len(point.seeds), StartExperiment.name, point.trials)
