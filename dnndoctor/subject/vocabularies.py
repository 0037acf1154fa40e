"""The ids that a model looks up, as they arrive where they are looked up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.row_scan import Vocabulary
from dnndoctor.subject.data.trees import named_leaves
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.facts.scan.ids import vocabulary
from dnndoctor.subject.forward_pass import LINEAR_OPS, ForwardPass, sources
from dnndoctor.subject.layers import walk_layers

_ROWS = 8192
"""Rows that ids are computed for in one go."""


@dataclass(frozen=True)
class _Lookup:
    """One place where ids are looked up."""

    ids: Any
    size: int
    reader: str
    kind: str


def vocabularies(model: keras.Model, forward: ForwardPass | None, x: Any, validation: Any = None) -> tuple[Vocabulary, ...]:
    """How the ids in the sample stand to each embedding and one-hot code that they feed.

    What lies between the input and the lookup (a slice, a cast, a sum) is computed by the graph itself.

    Args:
        model: Built.
        forward: Its forward pass on these inputs, None where it could not be traced.
        x: The inputs of the training rows, a tree of arrays.
        validation: Those of the validation rows, None where there are none.
    """
    if forward is None:
        return ()
    lookups = list(_lookups(model, forward))
    if not lookups:
        return ()
    found: list[Vocabulary] = []
    with tf.compat.v1.Session(graph=forward.graph) as session:
        for part, called, held_out in ((x, "x", False), (validation, "x_val", True)):
            leaves = _in_order(part, called)
            if len(leaves) == len(forward.inputs):
                found += [one for lookup in lookups if (one := _look(lookup, forward, session, leaves, held_out)) is not None]
    return tuple(found)


def _in_order(tree: Any, name: str) -> list[tuple[str, Any]]:
    """The arrays with their names, in the order that the forward pass was traced in: the tree's own, not that of sorted keys."""
    named = named_leaves(tree, name)
    return [next(pair for pair in named if pair[1] is leaf) for leaf in rows_data.leaves_of(tree)] if named else []


def _lookups(model: keras.Model, forward: ForwardPass) -> Iterator[_Lookup]:
    names = {id(walked.layer): walked.path for walked in walk_layers(model)}
    for call in forward.calls:
        if isinstance(call.layer, keras.layers.Embedding) and len(call.given) == 1:
            yield _Lookup(call.given[0], int(call.layer.input_dim), names.get(id(call.layer), call.layer.name), "Embedding")
    for op in forward.graph.get_operations():
        if op.type == "OneHot":
            depth = tf.get_static_value(op.inputs[1])
            if depth is not None:
                yield _Lookup(op.inputs[0], int(depth), op.name, "one_hot")


def _look(
    lookup: _Lookup, forward: ForwardPass, session: Any, leaves: Sequence[tuple[str, Any]], held_out: bool
) -> Vocabulary | None:
    feeding = [
        number
        for number, placed in enumerate(forward.inputs)
        if any(placed is source for source in sources(lookup.ids, until=lambda op: op.type in LINEAR_OPS))
    ]
    if len(feeding) != 1:
        return None
    number = feeding[0]
    name, array = leaves[number]
    if array.dtype.kind not in "biuf":
        return None
    placeholder = forward.inputs[number]
    try:
        ids = np.concatenate(
            [
                session.run(
                    lookup.ids.name, {placeholder.name: array[start : start + _ROWS].astype(placeholder.dtype.as_numpy_dtype)}
                )
                for start in range(0, len(array), _ROWS)
            ]
        )
    except (tf.errors.OpError, ValueError):  # it hangs on a table or a variable, or is no array of rows
        return None
    return (
        vocabulary(ids, lookup.size, name, lookup.reader, lookup.kind, validation=held_out)
        if ids.ndim and len(ids) == len(array)
        else None
    )
