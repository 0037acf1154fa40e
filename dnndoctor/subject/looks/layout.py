"""The look at layout: whether rows stay apart and neighbours stay neighbours, in the data and in the model."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from dnndoctor.evidence.seen.layout import LayoutSeen
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.data.trees import named_leaves
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine.building import fixed_batch
from dnndoctor.subject.layout.fixed_pass import FixedPass, fixed_pass
from dnndoctor.subject.layout.inputs_read import arrays_read, targets_read
from dnndoctor.subject.layout.offsets import offsets
from dnndoctor.subject.layout.reshapes import reshape_seen, suspicious
from dnndoctor.subject.layout.row_mixing import mixing
from dnndoctor.subject.layout.sensitivity import sensitivity
from dnndoctor.subject.looks import CannotLookError, Look, Scene

_PRIMES = (31, 29, 37, 23, 19, 17, 13, 11, 7, 5)
"""Rows of a batch: a number that is no size of the model's own, so that the axis of the rows is known wherever it goes."""

_MOST_VALUES = 200_000
"""Input values of a batch; pictures from cameras are looked at in fewer rows."""


class LayoutLook(Look):
    """Looks at rows and neighbourhoods, without a step of training."""

    name = "layout"

    def see(self, scene: Scene, seed: int) -> LayoutSeen:
        """See `Look.see`."""
        sample = scene.blueprint.train
        arrays = rows_data.leaves_of(sample.x)
        if not arrays or not all(isinstance(array, np.ndarray) for array in arrays):
            raise CannotLookError("The inputs are not plain arrays.")
        named = {id(leaf): name for name, leaf in named_leaves(sample.x, "x")}  # which may go through a dict in another order
        names = [named[id(array)] for array in arrays]
        targets = tuple(
            found
            for name, leaf in named_leaves(sample.y, "y")
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fiub"
            for found in targets_read(name, leaf)
        )
        beside = tuple(offsets(names, arrays))
        if any(array.dtype.kind not in "fiub" for array in arrays):
            return LayoutSeen(arrays=targets, offsets=beside)
        model = scene.model(seed)
        with _left_as_it_was(model):
            try:
                return _through_the_model(model, sample, names, arrays, targets, beside)
            except Exception:  # whatever the user's code raises when it is given symbolic tensors, or so few rows
                return LayoutSeen(arrays=targets, offsets=beside)


def _through_the_model(
    model: keras.Model, sample: Sample, names: list[str], arrays: list[Any], targets: Any, beside: Any
) -> LayoutSeen:
    rows = fixed_batch(model) or _rows(arrays)
    if rows > sample.rows:
        raise CannotLookError("There are fewer rows than the model takes at a time.")
    leaves = [array[:rows] for array in arrays]
    numbers = iter(range(len(arrays)))
    template = rows_data.map_tree(lambda _: next(numbers), sample.x)

    def trace(wanted: Callable[[FixedPass], Sequence[Any]]) -> FixedPass:
        return fixed_pass(model, leaves, template, wanted)

    traced = trace(lambda bare: [given for given, *_ in suspicious(bare)])
    found = list(suspicious(traced))
    _, values = traced.run(leaves)
    others = [
        np.roll(array, -rows, axis=0)[:rows] if len(array) >= 2 * rows else leaf[::-1]
        for array, leaf in zip(arrays, leaves, strict=True)
    ]
    return LayoutSeen(
        traced=True,
        mixing=mixing(traced, leaves, others, trace) if rows > 1 else (),
        reshapes=tuple(
            reshape_seen(traced, operation, regrouping, reader, value)
            for (_, operation, regrouping, reader), value in zip(found, values, strict=True)
        ),
        arrays=(*arrays_read(traced, names, arrays), *targets),
        offsets=beside,
        sensitivity=tuple(sensitivity(names, leaves, lambda moved: traced.run(moved)[0])),
    )


def _rows(arrays: Sequence[Any]) -> int:
    """Rows of a batch for these inputs."""
    sizes = {size for array in arrays for size in array.shape[1:]}
    values = sum(int(np.prod(array.shape[1:])) for array in arrays)
    fit = [prime for prime in _PRIMES if prime <= len(arrays[0]) and prime not in sizes]
    return next((prime for prime in fit if prime * values <= _MOST_VALUES), min(fit, default=len(arrays[0])))


@contextmanager
def _left_as_it_was(model: keras.Model) -> Iterator[None]:
    """Puts the variables that a forward pass may change, states and seeds, back to what they were."""
    kept = [(variable, keras.ops.convert_to_numpy(variable)) for variable in model.non_trainable_variables]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)
