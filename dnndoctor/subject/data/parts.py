"""What the user's data is before a sample is drawn: training rows and perhaps validation rows, as arrays or as a stream."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from dnndoctor.errors import SubjectError
from dnndoctor.subject.blueprint import Tree

READING = "reading the data"
"""The stage of every error in here."""


@dataclass(frozen=True)
class Rows:
    """Inputs, targets and sample weights of the same rows; targets and weights may be None."""

    x: Tree
    y: Tree = None
    weight: Tree = None


@dataclass(frozen=True)
class Arrays:
    """Rows that can be reached by index (in memory or mapped).

    Attributes:
        rows: The arrays; leaves are sliced, so they may be larger than memory.
        kind: As `DataFacts.kind`.
    """

    rows: Rows
    kind: str = "numpy"


@dataclass(frozen=True)
class ModelHints:
    """What the model says of the data that it takes; ranks count the batch axis.

    Attributes:
        input_shapes: Shape of each input, in order; None where the model does not know before it is called.
        outputs: Number of outputs; None where not known.
        takes_strings: Whether an input or a layer takes text.
    """

    input_shapes: tuple[tuple[int | None, ...], ...] | None = None
    outputs: int | None = None
    takes_strings: bool = False


class Stream(ABC):
    """Data that comes in batches, and is read from the start each time.

    Attributes:
        kind: As `DataFacts.kind`.
    """

    kind: ClassVar[str]

    @abstractmethod
    def batches(self, again: bool) -> Iterator[Rows]:
        """The batches in order, from the start.

        Args:
            again: Whether an epoch has gone before.
        """

    @property
    @abstractmethod
    def for_fit(self) -> Any:
        """What `fit` is given: the user's own object, batched."""

    @property
    def known_batches(self) -> int | None:
        """Number of batches in an epoch, None where unknown or endless."""
        return None

    @property
    def endless(self) -> bool:
        """Whether the data says of itself that it never ends."""
        return False

    @property
    def repeats_passes(self) -> bool:
        """Whether a second pass can be made."""
        return True

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it is read."""
        return ()


Part: TypeAlias = Arrays | Stream


@dataclass(frozen=True)
class Parts:
    """The user's data as it was understood.

    Attributes:
        train: Training rows.
        validation: Validation rows, None where there are none.
        notes: What a person should know of how it was understood.
    """

    train: Part
    validation: Part | None = None
    notes: tuple[str, ...] = field(default=())


def element_rows(element: Any) -> Rows:
    """One element of a stream as Keras takes it: x alone, (x,), (x, y) or (x, y, sample_weight).

    Args:
        element: What the stream gave.

    Raises:
        SubjectError: It is a tuple of another length.
    """
    parts = element if isinstance(element, tuple) else (element,)
    if not 1 <= len(parts) <= 3:
        raise unreadable(f"The data gives batches of {len(parts)} parts.", "Give (x,), (x, y) or (x, y, sample_weight).")
    x, y, weight = (*parts, None, None)[:3]
    return Rows(x, y, weight)


def unreadable(message: str, advice: str) -> SubjectError:
    """An error about the user's data.

    Args:
        message: See `SubjectError`.
        advice: See `SubjectError`.
    """
    return SubjectError(message, stage=READING, advice=advice)
