"""Python generators and iterators of batches."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from dnndoctor.subject.data.leaf import as_array
from dnndoctor.subject.data.parts import Rows, Stream, element_rows
from dnndoctor.subject.data.trees import map_tree


def is_generator(value: object) -> bool:
    """Whether a value is an iterator of batches.

    Args:
        value: Anything.
    """
    return isinstance(value, Iterator) and not isinstance(value, np.ndarray)


class GeneratorStream(Stream):
    """A generator; it can be read once."""

    kind: ClassVar[str] = "generator"

    def __init__(self, generator: Any) -> None:
        """Nothing is read yet.

        Args:
            generator: The user's.
        """
        self._generator = generator

    @property
    def for_fit(self) -> Any:
        """See `Stream`."""
        return self._generator

    def batches(self, again: bool) -> Iterator[Rows]:  # noqa: ARG002  `repeats_passes` says that there is no second pass
        """See `Stream`."""
        for element in self._generator:
            rows = element_rows(element)
            yield Rows(*(map_tree(_leaf, part) for part in (rows.x, rows.y, rows.weight)))

    @property
    def repeats_passes(self) -> bool:
        """See `Stream`."""
        return False


def _leaf(value: Any) -> Any:
    return as_array(value, "a batch")
