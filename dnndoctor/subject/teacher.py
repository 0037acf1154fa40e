"""A teacher: a small fixed random network on the inputs' strongest features, so that what it says is known to be learnable.

Its features are those that every sensible model can see. A row of numbers gives its principal components; an image or a series
gives means over all positions, which neither pooling nor a recurrent layer loses; ids give means of random vectors. Where an
output says something at every position of an input, so does the teacher, from the neighbourhood of that position.
"""

from collections.abc import Sequence

import numpy as np

from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.labelled import Labelled

COMPONENTS = 4
"""Principal components that the teacher looks at: few, so that a few hundred steps are enough to learn what it makes of them."""

HIDDEN = 16
WIDTH = 8
"""Values that an id, or the neighbourhood of a position, is turned into."""

POSITIONS = 1024
"""Positions of an image or a series that are looked at; larger ones are read at every second, third, ... position."""

MOST_IDS = 4096
"""Ids beyond share random vectors, as in a hashed embedding."""

LIMIT = 3.0
"""Standard deviations that values are cut at, so that no single outlier makes a component."""

POWER_ROUNDS = 6
"""Of the subspace iteration (Halko et al., 2011, section 4.5, find two enough where the spectrum decays)."""


class Teacher:
    """The network, fitted to the training rows for its scales alone."""

    def __init__(self, reference: Labelled) -> None:
        """Draws the network; nothing is learnt.

        Args:
            reference: The training rows.
        """
        self._inputs = [_Input(array, coded) for array, coded in zip(reference.inputs, reference.coded, strict=True)]
        self._reference = reference.inputs
        self._row_basis: tuple[Array, Array] | None = None

    def by_row(self, inputs: Sequence[Array], outputs: int, salt: int) -> Array:
        """Scores of rows.

        Args:
            inputs: Arrays of inputs.
            outputs: How many scores a row.
            salt: Draws the network's last layers, so that two targets differ.

        Returns:
            (rows, outputs); all equal where the inputs never differ.
        """
        if self._row_basis is None:
            self._row_basis = _basis(self._row_features(self._reference))
        return _network(_projected(self._row_features(inputs), self._row_basis), outputs, salt)

    def by_position(self, inputs: Sequence[Array], steps: tuple[int, ...], outputs: int, salt: int) -> Array | None:
        """Scores of every position of an input.

        Args:
            inputs: Arrays of inputs.
            steps: Sizes of the axes of positions.
            outputs: How many scores a position.
            salt: See `by_row`.

        Returns:
            (rows, *steps, outputs); None where no input has these positions.
        """
        number = next((number for number, known in enumerate(self._inputs) if known.steps == steps), None)
        if number is None:
            return None
        basis = _basis(_table(self._inputs[number].local(self._reference[number])))
        features = self._inputs[number].local(inputs[number])
        return _network(_projected(_table(features), basis), outputs, salt).reshape(*features.shape[:-1], outputs)

    def _row_features(self, inputs: Sequence[Array]) -> Array:
        return np.concatenate([known.by_row(array) for known, array in zip(self._inputs, inputs, strict=True)], axis=1)


class _Input:
    """How one input is read."""

    def __init__(self, reference: Array, coded: bool) -> None:
        self._text = reference.dtype.kind not in "biuf"
        self._ids = coded and not self._text and bool((reference == np.rint(reference)).all()) and reference.ndim <= 2
        random = np.random.RandomState(0)
        self._vectors = random.normal(size=(MOST_IDS, WIDTH)).astype(np.float32)
        self._vectors[0] = 0.0  # most often padding
        row = reference.shape[1:]
        self.steps: tuple[int, ...] | None = None if self._text else row if self._ids else row[:-1]
        self.steps = self.steps or None
        if self._ids or self._text:
            return
        values = _numbers(reference)
        self._mean, self._scale = _moments(values)
        features = values.shape[-1]
        self._near, self._far = random.normal(size=(2, features, WIDTH)).astype(np.float32) / np.sqrt(2 * features)

    def by_row(self, array: Array) -> Array:
        """One vector a row."""
        if self._text:
            return np.zeros((len(array), 1), np.float32)
        if self._ids:
            return np.asarray(self._of_ids(array).reshape(len(array), -1, WIDTH).mean(axis=1))
        if array.ndim <= 2:
            return self._standardised(array)
        array = _thinned(array)
        values = self._standardised(array)
        axes = tuple(range(1, values.ndim - 1))
        return np.concatenate([values.mean(axis=axes), np.maximum(self._mixed(values), 0).mean(axis=axes)], axis=1)

    def local(self, array: Array) -> Array:
        """One vector a position, from its neighbourhood."""
        if self._ids:
            return self._of_ids(array)
        values = self._standardised(array)
        return np.concatenate([values, self._mixed(values)], axis=-1)

    def _of_ids(self, array: Array) -> Array:
        return np.asarray(self._vectors[np.abs(array).astype(np.int64) % MOST_IDS])

    def _standardised(self, array: Array) -> Array:
        return np.nan_to_num(np.clip((_numbers(array) - self._mean) / self._scale, -LIMIT, LIMIT))

    def _mixed(self, values: Array) -> Array:
        """Random filters over each position and the ones before it."""
        mixed = values @ self._near
        for axis in range(1, values.ndim - 1):
            mixed = mixed + np.roll(values, 1, axis) @ self._far
        return np.asarray(mixed)


def _numbers(array: Array) -> Array:
    values = np.asarray(array, np.float32)
    return values.reshape(len(values), 1) if values.ndim == 1 else values


def _moments(values: Array) -> tuple[Array, Array]:
    """Mean and spread of each feature's finite values, 1 for a feature that never changes."""
    table = values.reshape(-1, values.shape[-1]).astype(np.float64)
    finite = np.isfinite(table)
    counts = np.maximum(finite.sum(0), 1)
    means = np.where(finite, table, 0).sum(0) / counts
    stds = np.sqrt((np.where(finite, table - means, 0) ** 2).sum(0) / counts)
    return means.astype(np.float32), np.where(stds > 0, stds, 1).astype(np.float32)


def _thinned(array: Array) -> Array:
    positions = int(np.prod(array.shape[1:-1]))
    if positions <= POSITIONS:
        return array
    stride = int(np.ceil((positions / POSITIONS) ** (1 / (array.ndim - 2))))
    return np.asarray(array[(slice(None), *(slice(None, None, stride),) * (array.ndim - 2))])


def _table(features: Array) -> Array:
    return features.reshape(-1, features.shape[-1])


def _basis(table: Array) -> tuple[Array, Array]:
    """Mean, and directions of the strongest principal components, each with a spread of one but the weaker ones smaller."""
    mean = table.mean(axis=0)
    centred = table - mean
    width = min(COMPONENTS, table.shape[1])
    directions = np.random.RandomState(0).normal(size=(table.shape[1], width)).astype(np.float32)
    for _ in range(POWER_ROUNDS):
        directions, _ = np.linalg.qr(centred.T @ (centred @ directions))
    spreads = (centred @ directions).std(axis=0)
    largest = max(float(spreads.max()), 1e-12)
    # A component of a quarter of the spread counts half as much: it is harder to see for every model.
    scales = np.where(spreads > 1e-6 * largest, np.sqrt(spreads / largest) / np.maximum(spreads, 1e-12), 0)
    return mean, directions * scales


def _projected(table: Array, basis: tuple[Array, Array]) -> Array:
    mean, directions = basis
    return np.asarray((table - mean) @ directions)


def _network(features: Array, outputs: int, salt: int) -> Array:
    """A line and one hidden layer."""
    random = np.random.RandomState(1 + salt)
    width = features.shape[1]
    hidden = np.tanh(features @ random.normal(size=(width, HIDDEN)) / np.sqrt(width))
    line = features @ random.normal(size=(width, outputs)) / np.sqrt(width)
    return np.asarray(line + hidden @ random.normal(size=(HIDDEN, outputs)) / np.sqrt(HIDDEN))
