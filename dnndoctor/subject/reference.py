"""A simple model for any data: what a careful person would try first, so that it tells what there is to learn.

Inputs are standardised inside the model and cut at a few deviations, so that no scale of the user's stands in its way. Numbers go
through a line and a small perceptron; images and series through two convolutions, pooled, and where they are small through the
perceptron, too; ids through an embedding. Each output has the head and the loss for its targets' encoding.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import ceil, prod
from typing import Any

import keras
import numpy as np

from dnndoctor.subject.blueprint import Array, Blueprint
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.edited_rows import target_kinds
from dnndoctor.subject.labelled import TargetKind

LAYERS = keras.layers

RATE = 1e-3
"""Of Adam, the paper's own (Kingma & Ba, 2015, section 2)."""

HIDDEN = (64, 32)
FILTERS = (16, 32)
EMBEDDED = 16
MOST_IDS = 20_000
"""Ids beyond share vectors, as in a hashed embedding."""

LARGEST_SIDE = 16
"""Of an image or a volume after averaging: enough to tell apart what a first model can tell apart, in 2 ms a step on one core."""

LONGEST = 128
"""Steps of a series after averaging."""

FLAT = 2048
"""Values up to which positions are looked at one by one, too."""

WIDEST = 20_000
"""Numbers that an output may have that are not at the positions of an input: more would be no small model any more."""

LIMIT = 5.0
"""Standard deviations that values are cut at; in a normal sample one in 1.7 million lies beyond."""

_COPIED = 0.9
"""Share of equal values from which targets are an input's own next values; the rest may be masked."""

PENALTY = 1e-3
"""L2 on the line, as in ridge regression: with more features than rows it would fit noise first."""


class Standardised(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """(x - mean) / spread, cut at `LIMIT`; what is not finite becomes zero."""

    def __init__(self, mean: Array, spread: Array) -> None:
        super().__init__(dtype="float32")
        self._mean, self._inverse = np.asarray(mean, np.float32), np.asarray(1 / spread, np.float32)

    def call(self, inputs: Any) -> Any:
        """Of any shape whose last axis has as many features as the statistics."""
        values = keras.ops.clip((keras.ops.cast(inputs, "float32") - self._mean) * self._inverse, -LIMIT, LIMIT)
        return keras.ops.where(keras.ops.isnan(values), 0.0, values)


class Unstandardised(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """x * spread + mean: numbers in the targets' own units."""

    def __init__(self, mean: Array, spread: Array) -> None:
        super().__init__(dtype="float32")
        self._mean, self._spread = np.asarray(mean, np.float32), np.asarray(spread, np.float32)

    def call(self, inputs: Any) -> Any:
        """Of any shape whose last axis has as many numbers as the statistics."""
        return inputs * self._spread + self._mean


def reference_model(blueprint: Blueprint, rows: Rows, seed: int) -> keras.Model:
    """The model, compiled with Adam.

    Args:
        blueprint: Of the subject.
        rows: The training rows.
        seed: Of its initial weights.

    Raises:
        CannotApplyError: There is no simple model for such inputs or targets.
    """
    kinds = target_kinds(blueprint)
    if not kinds:
        raise CannotApplyError(
            "The data has no targets that match the outputs one to one, so a reference model has nothing to learn."
        )
    arrays = [leaf.numpy() for leaf in rows.leaves]
    coded = blueprint.coded or (False,) * len(arrays)
    with _plain_floats():
        keras.utils.set_random_seed(seed)
        tensors: dict[int, Any] = {}
        # Keras wants tensors in a dict to be named by its keys.
        names = {number: key for key, number in rows.template[0].items()} if isinstance(rows.template[0], dict) else {}
        for number in rows_data.leaves_of(rows.template[0]):
            if arrays[number].dtype.kind not in "biuf":
                raise CannotApplyError("An input is text, which a reference model without the user's own vocabulary cannot read.")
            tensors[number] = keras.Input(arrays[number].shape[1:], dtype=arrays[number].dtype.name, name=names.get(number))
        read = [_read(tensor, arrays[number], coded[number]) for number, tensor in tensors.items()]
        numbers = rows_data.leaves_of(rows.template[1])
        if any(_is_shifted(arrays[target], arrays[number]) for target in numbers for number in tensors):
            raise CannotApplyError(
                "The targets are the next values of an input, which a reference that sees all of it would copy."
            )
        heads = {number: _Head(arrays[number], kind, read) for number, kind in zip(numbers, kinds, strict=True)}
        model = keras.Model(
            rows_data.map_tree(tensors.__getitem__, rows.template[0]),
            rows_data.map_tree(lambda number: heads[number].tensor, rows.template[1]),
        )
        losses = rows_data.map_tree(lambda number: heads[number].loss, rows.template[1])
        model.compile(keras.optimizers.Adam(RATE), losses)
    return model


@contextmanager
def _plain_floats() -> Iterator[None]:
    """Layers in single precision, whatever policy the user's code has set."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _is_shifted(target: Array, given: Array) -> bool:
    """Whether a series' targets are its own next values, as in a language model."""
    if target.ndim < 2 or given.ndim < 2 or target.shape[1] < 3:
        return False
    target = target[..., 0] if target.ndim == given.ndim + 1 and target.shape[-1] == 1 else target
    if target.shape != given.shape:
        return False
    return bool(np.mean(target[:, :-1] == given[:, 1:]) > _COPIED)


class _Input:
    """One input as the reference reads it.

    Attributes:
        vector: One vector a row.
        steps: Sizes of the axes of positions; () where there are none.
        local: A vector a position, made when it is asked for; None where there are no positions.
    """

    def __init__(self, vector: Any, steps: tuple[int, ...] = (), local: Callable[[], Any] | None = None) -> None:
        self.vector = vector
        self.steps = steps
        self.local = local


def _read(tensor: Any, array: Array, coded: bool) -> _Input:
    row = array.shape[1:]
    if coded and len(row) <= 1 and _are_ids(array):
        return _of_ids(tensor, array)
    if not row:
        return _Input(Standardised(*_moments(array[:, None]))(LAYERS.Reshape((1,))(tensor)))
    values = Standardised(*_moments(array))(tensor)
    match len(row):
        case 1:
            return _Input(values)
        case 2:
            return _of_series(values, row)
        case 3:
            return _of_image(values, row)
    if prod(row) > FLAT:
        raise CannotApplyError(
            f"An input has {len(row)} axes and {prod(row):,} values a row, for which there is no simple model."
        )
    return _Input(LAYERS.Flatten()(values))


def _are_ids(array: Array) -> bool:
    return bool((array == np.rint(array)).all()) and float(array.min()) >= 0


def _of_ids(tensor: Any, array: Array) -> _Input:
    count = int(min(float(array.max()) + 2, MOST_IDS))
    if array.ndim == 1:
        tensor = LAYERS.Reshape((1,))(tensor)
    length = tensor.shape[1]
    embedded = LAYERS.Embedding(count, EMBEDDED)(keras.ops.cast(tensor, "int32") % count)
    parts = [LAYERS.GlobalAveragePooling1D()(embedded)]
    if length >= 3:
        parts.append(LAYERS.GlobalMaxPooling1D()(LAYERS.Conv1D(FILTERS[1], 3, activation="relu")(embedded)))
    if length * EMBEDDED <= FLAT:
        parts.append(LAYERS.Flatten()(embedded))
    return _Input(_joined(parts), array.shape[1:], lambda: _neighbourhood(embedded, 1))


def _of_series(values: Any, row: Sequence[int]) -> _Input:
    pool = ceil(row[0] / LONGEST)
    short = LAYERS.AveragePooling1D(pool)(values) if pool > 1 else values
    seen = short
    for filters in FILTERS:
        seen = LAYERS.Conv1D(filters, 3, padding="same", activation="relu")(seen)
    parts = [LAYERS.GlobalAveragePooling1D()(seen), LAYERS.GlobalMaxPooling1D()(seen)]
    parts.append(LAYERS.Flatten()(short) if prod(short.shape[1:]) <= FLAT else LAYERS.GlobalAveragePooling1D()(short))
    return _Input(_joined(parts), (row[0],), lambda: _neighbourhood(values, 1))


def _of_image(values: Any, row: Sequence[int]) -> _Input:
    pools = tuple(ceil(side / LARGEST_SIDE) for side in row[:2])
    small = LAYERS.AveragePooling2D(pools)(values) if max(pools) > 1 else values
    seen = LAYERS.Conv2D(FILTERS[0], 3, padding="same", activation="relu")(small)
    if min(seen.shape[1:3]) >= 4:
        seen = LAYERS.MaxPooling2D(2)(seen)
    seen = LAYERS.Conv2D(FILTERS[1], 3, padding="same", activation="relu")(seen)
    parts = [LAYERS.GlobalAveragePooling2D()(seen), LAYERS.GlobalMaxPooling2D()(seen)]
    parts.append(LAYERS.Flatten()(small) if prod(small.shape[1:]) <= FLAT else LAYERS.GlobalAveragePooling2D()(small))
    return _Input(_joined(parts), tuple(row[:2]), lambda: _neighbourhood(values, 2))


def _neighbourhood(values: Any, axes: int) -> Any:
    """What each position sees: itself, its neighbours, and the mean of all."""
    convolution = LAYERS.Conv1D if axes == 1 else LAYERS.Conv2D
    seen = values
    for filters in FILTERS:
        seen = convolution(filters, 5 if axes == 1 else 3, padding="same", activation="relu")(seen)
    mean = keras.ops.mean(seen, axis=tuple(range(1, axes + 1)), keepdims=True)
    mean = keras.ops.mean(seen, axis=tuple(range(1, axes + 1)), keepdims=True)
    return keras.ops.concatenate([values, seen, mean + keras.ops.zeros_like(seen)], axis=-1)


class _Head:
    """The output and the loss for one array of targets."""

    def __init__(self, array: Array, kind: TargetKind, read: Sequence[_Input]) -> None:
        steps, width = _form(array, kind)
        copied = next((known for known in read if kind.encoding == "continuous" and known.steps and known.steps == steps), None)
        if copied is not None:
            raise CannotApplyError("An output has the form of its input, and a reference would only have to copy it.")
        if kind.encoding == "continuous" and not steps and width > 1 and width in [known.vector.shape[-1] for known in read]:
            raise CannotApplyError("An output has the form of its input, and a reference would only have to copy it.")
        placed = next((known for known in read if steps and known.steps == steps and known.local is not None), None)
        if placed is not None and placed.local is not None:
            scores = LAYERS.Dense(width)(placed.local())
        elif prod(steps) * width > WIDEST:
            raise CannotApplyError(f"An output has {prod(steps) * width:,} numbers a row, too many for a simple model.")
        else:
            scores = _perceptron(_joined([known.vector for known in read]), prod(steps) * width)
            scores = LAYERS.Reshape((*steps, width))(scores) if steps else scores
        self.tensor, self.loss = _answer(scores, array, kind)


def _form(array: Array, kind: TargetKind) -> tuple[tuple[int, ...], int]:
    """The axes of positions of a target, and how many numbers the head gives at each."""
    row = array.shape[1:]
    if kind.encoding == "class_ids":
        return (row[:-1] if row and row[-1] == 1 else row), max(2, int(array.max()) + 1)
    if kind.encoding == "unknown" or kind.task == "unknown":
        raise CannotApplyError(f"What the targets of the output {kind.output} mean is not known, so no simple model can be made.")
    return (row[:-1], row[-1]) if row else ((), 1)


def _answer(scores: Any, array: Array, kind: TargetKind) -> tuple[Any, Any]:
    """Scores turned into what the targets hold, and the loss that suits them."""
    match kind.encoding:
        case "class_ids":
            return scores, keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        case "one_hot" | "probabilities":
            return scores, keras.losses.CategoricalCrossentropy(from_logits=True)
        case "binary" | "multi_hot":
            return LAYERS.Activation("sigmoid")(scores), keras.losses.BinaryCrossentropy()
        case "signed_binary":
            return LAYERS.Activation("tanh")(scores), keras.losses.MeanSquaredError()
    mean, spread = _moments(array if array.ndim > 1 else array[:, None])

    def squared_error(y_true: Any, y_pred: Any) -> Any:
        """In units of the targets' spread, so that numbers of any size are learnt alike."""
        return keras.ops.mean(keras.ops.square((keras.ops.cast(y_true, "float32") - y_pred) / spread), axis=-1)

    return Unstandardised(mean, spread)(scores), squared_error


def _perceptron(vector: Any, outputs: int) -> Any:
    """A line and two hidden layers, added up; the line begins at zero."""
    line = LAYERS.Dense(outputs, kernel_initializer="zeros", kernel_regularizer=keras.regularizers.L2(PENALTY))(vector)
    hidden = vector
    for units in HIDDEN:
        hidden = LAYERS.Dense(units, activation="relu", kernel_initializer="he_normal")(hidden)
    return LAYERS.Add()([line, LAYERS.Dense(outputs)(hidden)])


def _joined(parts: Sequence[Any]) -> Any:
    return LAYERS.Concatenate()(list(parts)) if len(parts) > 1 else parts[0]


def _moments(array: Array) -> tuple[Array, Array]:
    """Mean and spread of each entry of the last axis over its finite values; 1 for one that never changes."""
    table = np.asarray(array, np.float64).reshape(-1, array.shape[-1])
    finite = np.isfinite(table)
    counts = np.maximum(finite.sum(0), 1)
    means = np.where(finite, table, 0).sum(0) / counts
    spreads = np.sqrt((np.where(finite, table - means, 0) ** 2).sum(0) / counts)
    return means.astype(np.float32), np.where(spreads > 1e-7 * np.maximum(1e-30, np.abs(means)), spreads, 1).astype(np.float32)
