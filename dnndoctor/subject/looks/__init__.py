"""Looks: what can be measured on the untrained model, its loss and its data in a few passes. One look a file."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, TypeVar

import keras
import tensorflow as tf

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.seen import Seen
from dnndoctor.evidence.trial import Trial
from dnndoctor.shelf import classes_in
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.data.trees import map_tree, take
from dnndoctor.subject.engine.reasons import reason

Kept = TypeVar("Kept")


class CannotLookError(Exception):
    """This subject does not have what is to be looked at; the message is one sentence."""


class Scene:
    """What looks look at: the subject, and models that several looks share.

    Attributes:
        blueprint: Of the subject.
        facts: Of the subject.
    """

    def __init__(self, blueprint: Blueprint, facts: Facts) -> None:
        """Builds nothing yet."""
        self.blueprint = blueprint
        self.facts = facts
        self._models: dict[int, keras.Model] = {}
        self._kept: dict[str, Any] = {}

    def model(self, seed: int) -> keras.Model:
        """A compiled model with the initial weights of a seed, shared by all looks: each leaves it as it found it.

        Args:
            seed: Draws the weights.
        """
        if seed not in self._models:
            self._models[seed] = self.fresh(seed)
        return self._models[seed]

    def fresh(self, seed: int) -> keras.Model:
        """A compiled model with the initial weights of a seed, to do with as one likes.

        Args:
            seed: Draws the weights.
        """
        return self.blueprint.build(seed)

    def kept(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What a look makes at its first seed and uses again at the next.

        Args:
            name: Of the look.
            make: Makes it.
        """
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]  # type: ignore[no-any-return]  # kept under the name of the look that made it

    def batch(self, rows: int | None = None) -> tuple[Any, Any, Any]:
        """The first training rows as tensors: inputs, targets and sample weights, None where there are none.

        Args:
            rows: How many, fewer where there are fewer; the user's batch size by default.
        """
        return tensors(self.blueprint.train, rows or self.blueprint.batch_size)


class Look(ABC):
    """One look.

    Attributes:
        name: The stem of its file, and the `kind` of what it sees.
    """

    name: ClassVar[str]

    @abstractmethod
    def see(self, scene: Scene, seed: int) -> Seen:
        """Looks.

        Args:
            scene: Is left as it was.
            seed: Draws the weights, and whatever else is drawn.

        Raises:
            CannotLookError: There is nothing of that kind to look at.
        """


def look(scene: Scene, trial: Trial) -> Outcome:
    """Does a look.

    Args:
        scene: At what.
        trial: One with a `look`.
    """
    began = time.perf_counter()
    try:
        seen = _looks()[trial.look]().see(scene, trial.seed)
    except CannotLookError as error:
        return Outcome(trial, State.IMPOSSIBLE, reason=str(error))
    except Exception as error:  # user code, of any kind
        memory = isinstance(error, tf.errors.ResourceExhaustedError | MemoryError)
        return Outcome(trial, State.OUT_OF_MEMORY if memory else State.FAILED, reason=reason(error))
    return Outcome(trial, State.FINISHED, seen=seen, seconds=time.perf_counter() - began)


def tensors(sample: Sample, rows: int) -> tuple[Any, Any, Any]:
    """The first rows of a sample as tensors.

    Args:
        sample: Any sample.
        rows: How many, fewer where there are fewer.

    Returns:
        Inputs, targets and weights as the model takes them; None where there are none.
    """
    few = slice(0, min(rows, sample.rows))
    x, y, weight = (map_tree(tf.convert_to_tensor, take(tree, few)) for tree in (sample.x, sample.y, sample.weight))
    return x, y, weight


@cache
def _looks() -> dict[str, type[Look]]:
    found: tuple[type[Look], ...] = classes_in(__name__, Look)
    return {each.name: each for each in found}
