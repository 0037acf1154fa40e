"""`tf.data.Dataset`: batched or not, with its own shuffling, repeating and augmentation."""

from collections.abc import Iterator
from typing import Any, ClassVar

import tensorflow as tf

from dnndoctor.subject.data.parts import ModelHints, Rows, Stream, element_rows
from dnndoctor.subject.data.trees import leaves, map_tree


def is_tf_dataset(value: object) -> bool:
    """Whether a value is a `tf.data.Dataset`.

    Args:
        value: Anything.
    """
    return isinstance(value, tf.data.Dataset)


class TfDatasetStream(Stream):
    """A `tf.data` pipeline, batched by the doctor where it gives single rows."""

    kind: ClassVar[str] = "tf.data"

    def __init__(self, dataset: Any, hints: ModelHints, batch_size: int) -> None:
        """Looks at the element's spec, not at the data.

        Args:
            dataset: The pipeline.
            hints: What the model says of its inputs.
            batch_size: For single rows.
        """
        self.batched = _is_batched(dataset.element_spec, hints)
        self._batch_size = batch_size
        self._dataset = dataset if self.batched else dataset.batch(batch_size)

    @property
    def for_fit(self) -> Any:
        """See `Stream`."""
        return self._dataset

    def batches(self, again: bool) -> Iterator[Rows]:  # noqa: ARG002  a new iterator is a new epoch
        """See `Stream`."""
        for element in self._dataset:
            rows = element_rows(element)
            yield Rows(*(map_tree(_as_numpy, part) for part in (rows.x, rows.y, rows.weight)))

    @property
    def known_batches(self) -> int | None:
        """See `Stream`."""
        count = int(self._dataset.cardinality())
        return count if count >= 0 else None

    @property
    def endless(self) -> bool:
        """See `Stream`."""
        return bool(int(self._dataset.cardinality()) == tf.data.INFINITE_CARDINALITY)

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Stream`."""
        if self.batched:
            return ()
        return (
            f"the tf.data pipeline gives single rows, which `fit` would refuse; batches of {self._batch_size} were made of them",
        )


def _is_batched(spec: Any, hints: ModelHints) -> bool:
    parts = spec if isinstance(spec, tuple) else (spec,)
    inputs = [_shape(leaf) for leaf in leaves(parts[0])]
    known = [shape for shape in inputs if shape is not None]
    if hints.input_shapes and len(hints.input_shapes) == len(inputs) == len(known):
        # Named inputs come in another order than the model's, and the sum of ranks does not mind.
        missing = sum(map(len, hints.input_shapes)) - sum(map(len, known))
        if missing == len(known):
            # Keras gives (batch,) a last axis of its own for an input of (batch, 1), so only a known size tells a single row.
            scalars = all(len(wanted) == 2 and wanted[-1] == 1 for wanted in hints.input_shapes)
            return scalars and all(shape != [1] for shape in known)
        return missing <= 0
    leading = [shape[0] if shape else 0 for shape in map(_shape, leaves(parts)) if shape is not None]
    # Single rows: a target that is one number has no axis to be a batch. Batches: all leaves share their first axis.
    return bool(leading) and all(size == leading[0] for size in leading) and leading[0] != 0


def _shape(spec: Any) -> list[int | None] | None:
    shape = getattr(spec, "shape", None)
    return None if shape is None or shape.rank is None else list(shape)


def _as_numpy(value: Any) -> Any:
    if isinstance(value, tf.RaggedTensor):
        value = value.to_tensor()
    elif isinstance(value, tf.SparseTensor):
        value = tf.sparse.to_dense(value)
    array = value.numpy()
    return array.astype("S") if array.dtype == object else array
