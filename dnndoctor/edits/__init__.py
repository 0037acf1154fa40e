"""What an edit is: its name, parameters, sentence, and the patch a person would make. Applying it is the subject's work.

One edit a file; `subject/edits/` holds a file of the same stem that applies it.
"""

import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from dnndoctor.errors import UsageError
from dnndoctor.evidence.facts import Facts, LossFacts, OptimizerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.shelf import classes_in


@dataclass(frozen=True, slots=True)
class Expected:
    """What a parameter of an edit may be.

    Attributes:
        kind: `float` takes whole numbers too; `bool` is never taken for a number.
        above: Numbers must be greater than this; None for no bound.
        below: Numbers must be smaller than this; None for no bound.
        choices: The only values allowed; empty for no such list.
        optional: Whether it may be missing.
    """

    kind: type
    above: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    below: float | None = None

    def problem(self, value: object) -> str:
        """What is wrong with a value, as the end of a sentence; empty where nothing is."""
        allowed: tuple[type, ...] = (int, float) if self.kind is float else (self.kind,)
        if not isinstance(value, allowed) or (isinstance(value, bool) and self.kind is not bool):
            return f"must be {_ARTICLED[self.kind]}, not {value!r}"
        if self.above is not None and isinstance(value, int | float) and not self.above < value < float("inf"):
            return f"must be a finite number above {self.above:g}, not {value!r}"
        if self.below is not None and isinstance(value, int | float) and not value < self.below:
            return f"must be below {self.below:g}, not {value!r}"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}, not {value!r}"
        return ""


_ARTICLED = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}


class EditKind(ABC):
    """One kind of edit.

    Attributes:
        name: The stem of its file.
        parameters: What each parameter may be, by its name.
    """

    name: ClassVar[str]
    parameters: ClassVar[Mapping[str, Expected]] = {}

    @abstractmethod
    def sentence(self, edit: Edit, facts: Facts) -> str:
        """Says in one imperative line what the edit does, with numbers ("lower the learning rate from 1 to 0.001")."""

    @abstractmethod
    def patch(self, edit: Edit, facts: Facts) -> str:
        """The line(s) of code or config that a person would write for it."""

    def afterwards(self, edit: Edit, facts: Facts) -> Facts:  # noqa: ARG002  most edits change nothing that another one writes down
        """The facts as the edit leaves them, where a patch of a further edit would write down again what this one changed."""
        return facts

    def problems(self, edit: Edit) -> tuple[str, ...]:
        """Everything that is wrong with an edit's parameters.

        Args:
            edit: An edit of this kind.

        Returns:
            One sentence a problem; empty where the edit can be used.
        """
        missing = [
            f"{self.name} needs the parameter {name}"
            for name, expected in self.parameters.items()
            if name not in edit.parameters and not expected.optional
        ]
        unknown = [
            f"{self.name} has no parameter {name}" + _suggestion(name, self.parameters)
            for name in edit.parameters
            if name not in self.parameters
        ]
        wrong = [
            f"{self.name}: {name} {problem}"
            for name, expected in self.parameters.items()
            if name in edit.parameters and (problem := expected.problem(edit.parameters[name]))
        ]
        return (*missing, *unknown, *wrong)


def edit_kind(name: str) -> EditKind:
    """The kind of edit of that name.

    Args:
        name: An `Edit.name`.

    Raises:
        UsageError: There is no such edit; the message has the nearest right spelling.
    """
    kinds = {kind.name: kind for kind in map(_as_kind, classes_in("dnndoctor.edits", EditKind))}
    if name not in kinds:
        raise UsageError(f"there is no edit named {name!r}{_suggestion(name, kinds)}")
    return kinds[name]()


def sentence(edits: tuple[Edit, ...], facts: Facts) -> str:
    """All edits of a trial in one line, "as it is" where there are none."""
    return ", ".join(edit_kind(edit.name).sentence(edit, facts) for edit in edits) or "as it is"


def patch(edits: Iterable[Edit], facts: Facts) -> str:
    """The lines that a person would write for all edits of a trial, each upon what the ones before it left.

    Args:
        edits: In order.
        facts: Of the subject as the user has it.
    """
    lines = []
    for edit in edits:
        kind = edit_kind(edit.name)
        lines.append(kind.patch(edit, facts))
        facts = kind.afterwards(edit, facts)
    return "\n".join(lines)


def optimizer_call(optimizer: OptimizerFacts, learning_rate: float) -> str:
    """The optimizer as Python code with another rate, its schedule's shape and its other settings kept.

    Args:
        optimizer: The optimizer as it is.
        learning_rate: The rate to write; of a schedule its initial rate.

    Returns:
        For example `keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)`.
    """
    rate = f"{learning_rate:.3g}"
    if optimizer.schedule is not None:
        rate = f"keras.optimizers.schedules.{optimizer.schedule}({rate}, ...)"
    kept = {
        "momentum": optimizer.momentum or None,
        "clipnorm": optimizer.clipnorm,
        "clipvalue": optimizer.clipvalue,
        "global_clipnorm": optimizer.global_clipnorm,
        # AdamW decays weights unless it is told not to.
        "weight_decay": optimizer.weight_decay if optimizer.kind == "AdamW" else optimizer.weight_decay or None,
    }
    settings = "".join(f", {name}={value:g}" for name, value in kept.items() if value is not None)
    return f"keras.optimizers.{optimizer.kind}(learning_rate={rate}{settings})"


def loss_call(loss: LossFacts) -> str:
    """A loss of Keras' own as Python code, `from_logits` where it is set."""
    if not loss.from_logits:
        return f'"{loss.name}"'
    camel = "".join(word.capitalize() for word in loss.name.split("_"))
    return f"keras.losses.{camel}(from_logits=True)"


def _as_kind(kind: type) -> type[EditKind]:
    assert issubclass(kind, EditKind)  # what the shelf of this base holds
    return kind


def _suggestion(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there {'are' if len(known) > 1 else 'is'} {', '.join(known) or 'none'}"
