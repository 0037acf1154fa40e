"""Drawing the bounded sample that all trials see, in one pass, and noting what the user's own pipeline does to it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from dnndoctor.config.schema import Fit
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.data.class_weights import sample_weights, weights_by_class
from dnndoctor.subject.data.parts import READING, Arrays, Part, Parts, Rows, unreadable
from dnndoctor.subject.data.second_pass import compare_passes
from dnndoctor.subject.data.stream_rows import Guard, Taken, slice_rows, take_stream
from dnndoctor.subject.data.trees import leaves, map_tree, named_leaves, row_bytes, row_count

VALIDATION_SHARE = 0.25
"""Validation rows get this share of the limit in bytes on top of it: trials score at most 2,048 of them."""


@dataclass(frozen=True)
class Drawn:
    """The sample as the user gave it, and what was seen while it was drawn.

    Attributes:
        train: Training rows; the weights hold class weights, too.
        validation: Validation rows, None where there are none.
        kind: As `DataFacts.kind`.
        rows_total: As `DataFacts.rows_total`.
        batch_size: Of the user's pipeline; None where `fit` makes the batches.
        batches_total: Batches in an epoch of the user's pipeline; None where not known, or where `fit` makes the batches.
        validation_source: As `DataFacts.validation_source`.
        augmented: As `DataFacts.augmented`.
        reshuffled: As `DataFacts.reshuffled`.
        notes: As `DataFacts.notes`.
    """

    train: Rows
    validation: Rows | None
    kind: str
    rows_total: int | None
    batch_size: int | None
    batches_total: int | None
    validation_source: str
    augmented: bool | None
    reshuffled: bool | None
    notes: tuple[str, ...]


def draw(parts: Parts, fit: Fit, limit: int, guard: Guard, alive: Callable[[str], None]) -> Drawn:
    """Draws the sample.

    Rows in memory beyond the limit are thinned out by a seeded choice that keeps their order; of a stream the first are taken.

    Args:
        parts: The user's data as it was understood.
        fit: The config's `fit:` section.
        limit: Bytes of the training sample.
        guard: Runs the user's code.
        alive: Called with how far it has come.

    Raises:
        SubjectError: The data is empty, its parts have different lengths, or reading it went wrong.
    """
    train, validation, source = parts.train, parts.validation, "given" if parts.validation is not None else "none"
    _check(train, "")
    if fit.validation_split and validation is None:
        train, validation = _split_tail(train, fit.validation_split)
        source = "validation_split"
    by_class = None
    if isinstance(train, Arrays):
        if fit.class_weight is not None:
            by_class = weights_by_class(fit.class_weight, train.rows.y)
        taken = _take_arrays(train, limit)
    else:
        taken = take_stream(train, fit, limit, guard, alive)
        if fit.class_weight is not None:
            by_class = weights_by_class(fit.class_weight, taken.rows.y)
    augmented, reshuffled = _compare(train, taken, guard)
    held_out = None
    if validation is not None:
        _check(validation, "_val")
        share = int(limit * VALIDATION_SHARE)
        held_out = (
            _take_arrays(validation, share)
            if isinstance(validation, Arrays)
            else take_stream(validation, fit, share, guard, alive)
        )
    rows = taken.rows
    if by_class is not None:
        if rows.weight is not None:
            raise unreadable(
                "There are both sample weights and `fit.class_weight`, which Keras' fit refuses.",
                "Multiply one into the other, and give one.",
            )
        rows = replace(rows, weight=sample_weights(by_class, leaves(rows.y)[0]))
    return Drawn(
        train=rows,
        validation=held_out.rows if held_out else None,
        kind=train.kind,
        rows_total=taken.total,
        batch_size=taken.batch_size,
        batches_total=taken.batches,
        validation_source=source,
        augmented=augmented,
        reshuffled=reshuffled,
        notes=parts.notes + taken.notes,
    )


def as_fit_gives_it(rows: Rows, kind: str) -> Rows:
    """Rows with the dtypes in which `fit` hands them to `train_step`: floats of arrays in Keras' float type, streams as they are.

    Args:
        rows: As the user gave them.
        kind: As `DataFacts.kind`.
    """
    if kind in {"tf.data", "PyDataset", "generator"}:
        return rows
    wanted = keras.config.floatx()

    def cast(leaf: Array) -> Array:
        if leaf.dtype.kind != "f" or leaf.dtype.name == wanted:
            return leaf
        with np.errstate(over="ignore"):  # a number beyond the type becomes infinite in `fit` as well
            return leaf.astype(wanted)

    return Rows(*(map_tree(cast, part) for part in (rows.x, rows.y, rows.weight)))


def _check(part: Part, suffix: str) -> None:
    if not isinstance(part, Arrays):
        return
    counts = [
        (name, len(leaf))
        for tree, called in ((part.rows.x, "x"), (part.rows.y, "y"), (part.rows.weight, "sample_weight"))
        for name, leaf in named_leaves(tree, called + suffix)
    ]
    if not counts or counts[0][1] == 0:
        raise unreadable(
            f"The {'validation ' if suffix else ''}data is empty: `x{suffix}` has no rows.", "Return at least a few rows."
        )
    for name, rows in counts:
        if rows != counts[0][1]:
            raise unreadable(
                f"`{counts[0][0]}` has {counts[0][1]:,} rows and `{name}` has {rows:,}.",
                "Each row of one belongs to a row of the other.",
            )


def _split_tail(part: Part, share: float) -> tuple[Arrays, Arrays]:
    if not isinstance(part, Arrays):
        raise unreadable(
            f"`fit.validation_split` needs arrays, and the data is a {part.kind}.",
            "Return the validation data as well: (train, validation).",
        )
    count = row_count(part.rows.x)
    cut = int(count * (1 - share))  # Keras' own rounding
    if not 0 < cut < count:
        raise unreadable(
            f"`fit.validation_split: {share:g}` of {count} rows leaves nothing on one side.",
            "Choose another share, or give validation data.",
        )
    return tuple(replace(part, rows=slice_rows(part.rows, rows)) for rows in (slice(None, cut), slice(cut, None)))  # type: ignore[return-value]  # two slices, two parts


def _take_arrays(part: Arrays, limit: int) -> Taken:
    count = row_count(part.rows.x)
    most = max(1, limit // row_bytes((part.rows.x, part.rows.y, part.rows.weight)))
    notes: tuple[str, ...] = ()
    chosen: Any = slice(None)
    if count > most:
        chosen = np.sort(np.random.default_rng(0).choice(count, most, replace=False))
        notes = (f"{most:,} of {count:,} rows were drawn at random, in their order, to stay within {limit / 2**20:.0f} MiB",)
    rows = slice_rows(part.rows, chosen)
    held = Rows(*(map_tree(np.ascontiguousarray, tree) for tree in (rows.x, rows.y, rows.weight)))
    for name, leaf in [pair for tree, called in ((held.x, "x"), (held.y, "y")) for pair in named_leaves(tree, called)]:
        if leaf.dtype.kind not in "biufSU":
            raise unreadable(f"`{name}` has dtype {leaf.dtype}, which no model takes.", "Convert it to numbers.")
    return Taken(held, count, notes)


def _compare(part: Part, taken: Taken, guard: Guard) -> tuple[bool | None, bool | None]:
    if isinstance(part, Arrays):
        return False, False
    if not part.repeats_passes:
        return None, None
    with guard(f"the {part.kind} data, read again", READING):
        return compare_passes(taken.rows, part.batches(again=True), whole=taken.whole)
