"""Drawing the first rows of a stream: bounded, with signs of life, and put together into arrays."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnndoctor.config.schema import Fit
from dnndoctor.subject.blueprint import Array, Tree
from dnndoctor.subject.data.parts import READING, Rows, Stream, unreadable
from dnndoctor.subject.data.trees import join, named_leaves, row_bytes, row_count, take

ENDLESS_ROWS = 4096
"""Rows drawn from data that never ends and whose epoch has no given length."""

STREAM_ROWS = 200_000
"""Rows drawn from a stream at most, so that small rows do not make reading the longest part of a diagnosis."""

_SIGN_OF_LIFE = 1.0  # seconds

Guard = Callable[[str, str], AbstractContextManager[None]]
"""Runs the user's code, as `UserCode.guarded`."""


@dataclass(frozen=True)
class Taken:
    """Rows of one part of the data.

    Attributes:
        rows: As the user gave them.
        total: Rows that the part has, None where not known.
        notes: What a person should know.
        batch_size: Of the user's own batches, None where `fit` makes them.
        batches: Batches in an epoch, None where not known or where `fit` makes them.
        whole: Whether the end of the data was reached.
    """

    rows: Rows
    total: int | None
    notes: tuple[str, ...] = ()
    batch_size: int | None = None
    batches: int | None = None
    whole: bool = True


def slice_rows(rows: Rows, which: Any) -> Rows:
    """Some rows of inputs, targets and weights.

    Args:
        rows: Any rows.
        which: A slice or an index array.
    """
    return Rows(take(rows.x, which), take(rows.y, which), take(rows.weight, which))


def take_stream(stream: Stream, fit: Fit, limit: int, guard: Guard, alive: Callable[[str], None]) -> Taken:
    """Draws the first rows of a stream.

    Args:
        stream: The user's.
        fit: The config's `fit:` section; `steps_per_epoch` bounds data without a known end.
        limit: Bytes.
        guard: Runs the user's code.
        alive: Called every second with how many rows there are so far.

    Raises:
        SubjectError: It yields nothing, or its batches do not fit together, or the user's code raised.
    """
    batches: list[Rows] = []
    taken, most, sizes = 0, STREAM_ROWS, 0
    whole = False
    last_sign = time.monotonic()
    with guard(f"the {stream.kind} data", READING):
        for batch in stream.batches(again=False):
            size = _batch_rows(batch)
            if not batches:
                most = _most_rows(stream, fit, limit, batch, size)
                sizes = size
            batches.append(slice_rows(batch, slice(None, most - taken)) if size > most - taken else batch)
            taken += row_count(batches[-1].x)
            if time.monotonic() - last_sign > _SIGN_OF_LIFE:
                alive(f"reading the data: {taken:,} rows")
                last_sign = time.monotonic()
            if taken >= most:
                break
        else:
            whole = True
    if not taken:
        raise unreadable(
            f"The {stream.kind} data yields nothing.", "Check its filters and paths: iterate over it once and print a batch."
        )
    rows, padded = _put_together(batches)
    total = taken if whole else stream.known_batches and stream.known_batches * sizes
    notes = list(stream.notes)
    if stream.endless:
        notes.append(f"the {stream.kind} data never ends; {taken:,} rows were drawn")
    elif not whole:
        notes.append(f"the first {taken:,} rows were drawn; the {stream.kind} data has more")
    if padded:
        notes.append("batches of different shapes were padded with zeros to the largest")
    return Taken(
        rows,
        None if stream.endless else total,
        tuple(notes),
        sizes,
        stream.known_batches or (len(batches) if whole else None),
        whole,
    )


def _most_rows(stream: Stream, fit: Fit, limit: int, batch: Rows, size: int) -> int:
    by_bytes = max(1, limit // row_bytes((batch.x, batch.y, batch.weight)))
    by_epoch = STREAM_ROWS
    if stream.known_batches is None:
        if fit.steps_per_epoch is not None:
            by_epoch = fit.steps_per_epoch * size
        elif stream.endless:
            by_epoch = ENDLESS_ROWS
    return min(by_bytes, by_epoch, STREAM_ROWS)


def _batch_rows(batch: Rows) -> int:
    counts = {name: len(leaf) if leaf.ndim else 0 for tree, called in _parts(batch) for name, leaf in named_leaves(tree, called)}
    if not counts:
        raise unreadable("A batch of the data holds no arrays.", "Give (x, y) or (x, y, sample_weight).")
    if len(set(counts.values())) > 1:
        shown = ", ".join(f"`{name}` {count}" for name, count in counts.items())
        raise unreadable(f"The parts of a batch have different numbers of rows: {shown}.", "Each row of x belongs to a row of y.")
    return next(iter(counts.values()))


def _parts(rows: Rows) -> Iterator[tuple[Tree, str]]:
    yield from ((rows.x, "x"), (rows.y, "y"), (rows.weight, "sample_weight"))


def _put_together(batches: list[Rows]) -> tuple[Rows, bool]:
    padded = False

    def concatenate(arrays: list[Array]) -> Array:
        nonlocal padded
        if len({array.shape[1:] for array in arrays}) == 1:
            return np.concatenate(arrays)
        if len({array.ndim for array in arrays}) > 1:
            shapes = sorted({str(array.shape) for array in arrays})
            raise unreadable(
                f"Batches have arrays of different rank: {', '.join(shapes[:3])}.", "Give every batch the same number of axes."
            )
        padded = True
        largest = np.max([array.shape[1:] for array in arrays], axis=0)
        whole = np.zeros((sum(map(len, arrays)), *largest), dtype=np.result_type(*arrays))
        start = 0
        for array in arrays:
            whole[(slice(start, start + len(array)), *(slice(size) for size in array.shape[1:]))] = array
            start += len(array)
        return whole

    first = batches[0]
    if any(_structure(batch) != _structure(first) for batch in batches):
        raise unreadable("The data gives batches of different structure.", "Give (x, y) with the same keys every time.")
    rows = Rows(*(join([getattr(batch, part) for batch in batches], concatenate) for part in ("x", "y", "weight")))
    return rows, padded


def _structure(rows: Rows) -> list[str]:
    return [name for tree, called in _parts(rows) for name, _ in named_leaves(tree, called)]
