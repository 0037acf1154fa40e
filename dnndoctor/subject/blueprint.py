"""The seam between loading a subject and training it: how to build the model afresh, and the sample that all trials see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Tree: TypeAlias = Array | list[Any] | tuple[Any, ...] | dict[str, Any] | None
"""One array, or lists, tuples and dicts of them, as the user's model takes it; None where there is none."""


@dataclass(frozen=True)
class Sample:
    """Rows of the user's data, held in memory.

    Attributes:
        x: Inputs; the first axis of every array is the row.
        y: Targets, None where the data has none.
        weight: Sample weights with class weights already multiplied in, None where there are none.
    """

    x: Tree
    y: Tree = None
    weight: Tree = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(_first_leaf(self.x))


@dataclass(frozen=True)
class Blueprint:
    """Everything that trials are made from.

    Attributes:
        build: Makes a fresh, compiled model by the user's own factory. It sets Keras' global seed to its argument first, so the
            same seed gives the same initial weights unless the factory seeds itself.
        train: The training sample.
        validation: The validation sample, None where there is none.
        batch_size: Of the user's recipe.
        epochs: Of the user's recipe.
        steps_per_epoch: As the user set it, None where an epoch is one pass over the data.
        course: Optimizer steps of the user's whole recipe on all their data, None where not known.
        shuffle: Whether the user's recipe changes the order from epoch to epoch.
        make_callbacks: Makes the user's callbacks afresh.
        output_names: Names of the outputs, in the order of `facts.data.targets`.
        tasks: `TargetFacts.task` by output name.
        encodings: `TargetFacts.encoding` by output name.
        constant_errors: `TargetFacts.constant_error` by output name.
        self_seeded: Whether the factory gives the same weights for every seed, which `build` has already made up for; False also
            where equal weights are meant (saved ones); None where the engine is to find out and to draw them anew.
        loaded: Paths of the variables whose values `build` loads or assigns, the same ones for every seed.
        coded: Of each array of inputs, in order, whether it is codes (see `coded_inputs`); empty where that is not known.
    """

    build: Callable[[int], keras.Model]
    train: Sample
    validation: Sample | None = None
    batch_size: int = 32
    epochs: int = 1
    steps_per_epoch: int | None = None
    course: int | None = None
    shuffle: bool = True
    make_callbacks: Callable[[], list[Any]] = list
    output_names: tuple[str, ...] = ()
    tasks: Mapping[str, str] = field(default_factory=dict)
    encodings: Mapping[str, str] = field(default_factory=dict)
    constant_errors: Mapping[str, float | None] = field(default_factory=dict)
    self_seeded: bool | None = None
    loaded: frozenset[str] = frozenset()
    coded: tuple[bool, ...] = ()

    @property
    def course_steps(self) -> int:
        """Steps of the whole recipe; on the sample where those on all the data are not known."""
        steps = self.steps_per_epoch or -(-self.train.rows // self.batch_size)
        return max(1, self.course or self.epochs * steps)


def _first_leaf(tree: Tree) -> Array:
    while not isinstance(tree, np.ndarray):
        tree = next(iter(tree.values() if isinstance(tree, dict) else tree or ()))
    return tree
