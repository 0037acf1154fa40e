"""Edits applied to the live subject, one a file; `dnndoctor/edits/` holds their sentences and patches under the same stems."""

from abc import ABC
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import keras

from dnndoctor.evidence.trial import Edit, Parameter
from dnndoctor.shelf import classes_in
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.labelled import Labelled

if TYPE_CHECKING:  # the engine stands on this package
    from dnndoctor.subject.engine.data import Rows

Build: TypeAlias = Callable[[int], keras.Model]
"""Makes a fresh, compiled model from a seed."""

StartChange: TypeAlias = Callable[[Sequence[Any], int], list[Any]]
"""From the values that a seed draws for a model's variables, in their order, and the seed, to the values of a trial."""


class CannotApplyError(Exception):
    """An edit does not apply to this subject; the message says why in one sentence."""


class Held(StrEnum):
    """A rate that is held, whatever schedules and callbacks make of it: the largest of the course, or the one compiled with."""

    LARGEST = "largest"
    COMPILED = "compiled"


@dataclass(frozen=True)
class Run:
    """What a trial does apart from its model.

    Attributes:
        rate_factor: What every learning rate is multiplied by.
        batch_size: Rows a step.
        held: Which rate every optimizer keeps from the first step on, before factors; None where rates go their way.
        stretch: What the intervals of schedules are multiplied by.
        phases: Shares of the trial's steps after which every rate is multiplied by a factor, as (share, factor).
        epochs_factor: What the recipe's number of epochs is multiplied by.
        shuffled: Whether every epoch has an order of its own, though the user's recipe keeps one.
    """

    rate_factor: float = 1.0
    batch_size: int = 32
    held: Held | None = None
    stretch: float = 1.0
    phases: tuple[tuple[float, float], ...] = ()
    epochs_factor: float = 1.0
    shuffled: bool = False


class AppliedEdit(ABC):
    """How one kind of edit is applied; an edit overrides the methods that it needs.

    Attributes:
        name: The stem of its file.
        structural: Whether `change_model`, `other_build` or `other_model` is overridden, so that a model is built and traced for
            it.
        rescaling: Whether `change_inputs` gives numbers another scale, so that inputs that are codes must be left as they are.
    """

    name: ClassVar[str]
    structural: ClassVar[bool] = False
    rescaling: ClassVar[bool] = False

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:  # noqa: B027  most edits need no model
        """Changes a freshly built, compiled model of our own in place; nothing of it was traced yet.

        Args:
            model: The model.
            parameters: Of the edit.
            inputs: Symbolic inputs of the model, the batch size unknown.

        Raises:
            CannotApplyError: The model has no such part.
        """

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """Changes what a trial does.

        Args:
            run: As the edits before left it.
            parameters: Of the edit.

        Raises:
            CannotApplyError: The parameters make no sense.
        """
        del parameters
        return run

    def change_start(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any, loaded: Set[str]) -> StartChange:
        """Says what a model's variables start from instead of what the factory draws; the model itself stays as it is.

        Args:
            model: With the structural edits, and with all its variables; their values mean nothing here.
            parameters: Of the edit.
            inputs: As for `change_model`.
            loaded: Paths of the variables that the factory loads or assigns, the same for every seed.

        Raises:
            CannotApplyError: There is nothing to change.
        """
        del model, parameters, inputs, loaded
        return lambda values, _seed: list(values)

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """Changes the rows of one input; targets and weights stay.

        Args:
            leaf: Tensor, (rows, ...).
            parameters: Of the edit.
            reference: The same input of the training sample, to take statistics from: `leaf` itself where it is the one.

        Returns:
            A tensor of the same shape; of another dtype only where the leaf's holds whole numbers alone.
        """
        del parameters, reference
        return leaf

    def change_targets(self, rows: Labelled, parameters: Mapping[str, Parameter], reference: Labelled) -> Labelled:
        """Changes the targets of all rows, and may change their weights; inputs stay.

        Args:
            rows: Training or validation rows.
            parameters: Of the edit.
            reference: The training rows: `rows` themselves where they are these.

        Returns:
            Rows with arrays of the same shapes and dtypes; training rows without weights may get one array of them.

        Raises:
            CannotApplyError: These targets cannot be changed so.
        """
        del parameters, reference
        return rows

    def other_model(self, blueprint: Blueprint, rows: "Rows", parameters: Mapping[str, Parameter], seed: int) -> keras.Model:
        """Makes a compiled model to be trained in the place of the user's.

        Args:
            blueprint: Of the subject.
            rows: The training rows.
            parameters: Of the edit.
            seed: Of its initial weights.

        Raises:
            CannotApplyError: There is none for such data.
        """
        del rows, parameters
        return blueprint.build(seed)

    def other_build(self, build: Build, parameters: Mapping[str, Parameter], inputs: Any) -> Build:
        """Makes the user's models otherwise from the start; edits of finished models are applied to what comes of it.

        Args:
            build: Makes a model as the edits before have it made.
            parameters: Of the edit.
            inputs: As for `change_model`.

        Returns:
            Makes the model otherwise; raises a CannotApplyError where it cannot be made so.

        Raises:
            CannotApplyError: The parameters make no sense.
        """
        del parameters, inputs
        return build

    @classmethod
    def overrides(cls, method: str) -> bool:
        """Whether the edit has a method of its own.

        Args:
            method: "change_start", "change_inputs", ...
        """
        return getattr(cls, method) is not getattr(AppliedEdit, method)


def applied(edit: Edit) -> AppliedEdit:
    """The edit's application from the shelf.

    Args:
        edit: By its name.

    Raises:
        CannotApplyError: There is no such edit.
    """
    for kind in classes_in("dnndoctor.subject.edits", AppliedEdit):
        if kind.name == edit.name:  # type: ignore[attr-defined]  # the shelf only knows that it is a class
            return kind()  # type: ignore[no-any-return]  # same
    raise CannotApplyError(f"There is no edit called {edit.name!r}.")


def change_run(edits: Sequence[Edit], run: Run) -> Run:
    """What a trial with these edits does.

    Args:
        edits: In order.
        run: Of the user's recipe.

    Raises:
        CannotApplyError: An edit is unknown or its parameters make no sense.
    """
    for edit in edits:
        run = applied(edit).change_run(run, edit.parameters)
    return run


def other_build(build: Build, edits: Sequence[Edit], inputs: Any) -> Build:
    """How models with these edits are made, before their finished models are changed.

    Args:
        build: Makes the user's own model.
        edits: In order.
        inputs: Symbolic inputs of the model, the batch size unknown.

    Raises:
        CannotApplyError: An edit is unknown or its parameters make no sense.
    """
    for edit in edits:
        build = applied(edit).other_build(build, edit.parameters, inputs)
    return build


def number(parameters: Mapping[str, Parameter], name: str, *, above: float) -> float:
    """A numeric parameter.

    Args:
        parameters: Of the edit.
        name: Of the parameter.
        above: The smallest value that makes no sense any more.

    Raises:
        CannotApplyError: It is missing, no number, or too small.
    """
    value = parameters.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > above:
        raise CannotApplyError(f"The edit needs {name!r} to be a number above {above:g}; it is {value!r}.")
    return float(value)
