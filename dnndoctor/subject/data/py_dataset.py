"""`keras.utils.PyDataset`: batches by index, with hooks between the epochs."""

import itertools
from collections.abc import Iterator
from typing import Any, ClassVar

import keras

from dnndoctor.subject.data.leaf import as_array
from dnndoctor.subject.data.parts import Rows, Stream, element_rows
from dnndoctor.subject.data.trees import map_tree


def is_py_dataset(value: object) -> bool:
    """Whether a value is a `keras.utils.PyDataset`.

    Args:
        value: Anything.
    """
    return isinstance(value, keras.utils.PyDataset)


class PyDatasetStream(Stream):
    """A `PyDataset`, read in order in this process; what `fit` would read by several workers is the same."""

    kind: ClassVar[str] = "PyDataset"

    def __init__(self, dataset: Any) -> None:
        """Nothing is read yet.

        Args:
            dataset: The user's.
        """
        self._dataset = dataset

    @property
    def for_fit(self) -> Any:
        """See `Stream`."""
        return self._dataset

    def batches(self, again: bool) -> Iterator[Rows]:
        """See `Stream`."""
        if again:
            self._dataset.on_epoch_end()
        self._dataset.on_epoch_begin()
        count = self.known_batches
        for index in itertools.count() if count is None else range(count):
            element = self._dataset[index]
            rows = element_rows(tuple(element) if isinstance(element, list) else element)
            yield Rows(*(map_tree(_leaf, part) for part in (rows.x, rows.y, rows.weight)))

    @property
    def known_batches(self) -> int | None:
        """See `Stream`."""
        count = self._dataset.num_batches
        return None if count is None else int(count)

    @property
    def endless(self) -> bool:
        """See `Stream`."""
        return self.known_batches is None


def _leaf(value: Any) -> Any:
    return as_array(value, "a batch")
