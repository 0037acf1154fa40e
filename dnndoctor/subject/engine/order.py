"""Which rows a trial trains on and in which order: functions of the data and the trial's seed alone."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Indices: TypeAlias = npt.NDArray[np.int32]


def stream(rows: Indices, steps: int, batch_size: int, seed: int, shuffle: bool) -> Indices:
    """Full batches from one pass over the rows after another.

    The passes are laid end to end before they are cut, so a batch may reach over the end of a pass, and every batch size sees
    the rows in the same order.

    Args:
        rows: Numbers of the rows trained on.
        steps: How many batches.
        batch_size: Rows in each; at most as many as there are.
        seed: Of the order.
        shuffle: Whether each pass has an order of its own, as in `fit`.

    Returns:
        Row numbers, (steps, batch).
    """
    wanted = steps * batch_size
    passes: list[Indices] = []
    for order in _passes(rows, seed, shuffle):
        passes.append(order)
        if len(passes) * len(rows) >= wanted:
            break
    return np.concatenate(passes)[:wanted].reshape(steps, batch_size)


def epochs(rows: Indices, batch_size: int, seed: int, shuffle: bool) -> Iterator[list[Indices]]:
    """Epochs as `fit` makes them: one pass each, the last batch short where the rows do not divide.

    Args:
        rows: Numbers of the rows trained on.
        batch_size: Rows in a batch.
        seed: Of the order.
        shuffle: Whether each epoch has an order of its own.

    Yields:
        The epoch's batches, for ever.
    """
    for order in _passes(rows, seed, shuffle):
        yield [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def tiny_set(count: int, targets: Any, rows: int, seed: int) -> Indices:
    """Few rows whose targets differ as much as they can.

    Where few values occur (classes), each value takes its turn; else (numbers) the rows are spread evenly over the targets'
    order.

    Args:
        count: How many; all rows where there are fewer.
        targets: The first array of targets, (rows, ...); None where there are none.
        rows: How many rows there are to choose from.
        seed: Of the choice.

    Returns:
        Row numbers, in ascending order.
    """
    random = np.random.RandomState(seed)
    count = min(count, rows)
    shuffled = random.permutation(rows)
    if targets is None:
        return np.sort(shuffled[:count]).astype(np.int32)
    flat = np.asarray(targets).reshape(rows, -1)
    values, kinds = np.unique(flat, axis=0, return_inverse=True)
    if flat.dtype.kind == "f" and len(values) > max(20, rows // 10):  # more than any sensible number of classes: numbers
        ranked = shuffled[np.argsort(flat[shuffled].mean(axis=1), kind="stable")]
        offset = random.uniform()
        chosen = ranked[((np.arange(count) + offset) * rows / count).astype(int)]
    else:
        kinds = kinds.reshape(-1)[shuffled]
        by_kind = np.argsort(kinds, kind="stable")
        starts = np.searchsorted(kinds[by_kind], np.arange(len(values)))
        turn = np.empty(rows, int)
        turn[by_kind] = np.arange(rows) - starts[kinds[by_kind]]
        chosen = shuffled[np.argsort(turn, kind="stable")[:count]]
    return np.sort(chosen).astype(np.int32)


def _passes(rows: Indices, seed: int, shuffle: bool) -> Iterator[Indices]:
    random = np.random.RandomState(seed)
    while True:
        yield random.permutation(rows) if shuffle else rows
