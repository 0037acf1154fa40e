"""Which inputs are codes: values that name something, so that another number in their place would mean another thing."""

from typing import Any

import keras
import numpy as np

from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine import private
from dnndoctor.subject.forward_pass import LINEAR_OPS, ForwardPass, sources, traced

_READING_LAYERS = (
    keras.layers.CategoryEncoding,
    keras.layers.Discretization,
    keras.layers.Embedding,
    keras.layers.HashedCrossing,
    keras.layers.Hashing,
    keras.layers.IntegerLookup,
    keras.layers.Masking,
    keras.layers.StringLookup,
    keras.layers.TextVectorization,
)
"""Keras' layers that look at which value it is, not at how large."""

_READING_OPS = {
    "Bucketize": 0,
    "Equal": 0,
    "GatherV2": 1,
    "LookupTableFindV2": 1,
    "NotEqual": 0,
    "OneHot": 0,
    "ResourceGather": 1,
}
"""TensorFlow's ops that do the same, and which of their inputs holds the codes."""

_NEW_VALUES = LINEAR_OPS | {
    "All",
    "Any",
    "ArgMax",
    "ArgMin",
    "Max",
    "Mean",
    "Min",
    "Prod",
    "Rank",
    "Shape",
    "ShapeN",
    "Size",
    "Sum",
    "TopKV2",
}
"""Ops behind which values are no longer those of the input: a code read there is one of the model's own."""


def coded_inputs(model: keras.Model, x: Any, forward: ForwardPass | None = None) -> Any:
    """Says of each input whether it is codes.

    Codes are ids for an embedding, a lookup, a hash or one-hot coding, values that mark padding, text, and what an `Input`
    declares as whole numbers. Of a model that cannot be traced, whole numbers are codes if any of its layers reads codes.

    Args:
        model: Built.
        x: Its inputs: a tree of arrays or symbolic tensors, the first axis the row.
        forward: Its forward pass on `x` where that was traced already; otherwise it is traced here.

    Returns:
        The same tree with true or false for leaves.
    """
    kinds = [_kind(leaf.dtype) for leaf in rows_data.leaves_of(x)]
    forward = forward if forward is not None else traced(model, x)
    if forward is not None:
        read = _read(forward)
    else:
        reads = any(isinstance(layer, _READING_LAYERS) for layer in private.all_layers(model))
        read = {number for number, kind in enumerate(kinds) if reads and kind in "iu"}
    declared = _declared_whole(model, x, len(kinds))
    coded = (kind not in "iuf" or declared[number] or number in read for number, kind in enumerate(kinds))
    return rows_data.map_tree(lambda _: next(coded), x)


def _read(forward: ForwardPass) -> set[int]:
    """Positions of the inputs whose values something looks up."""
    codes = [tensor for call in forward.calls if isinstance(call.layer, _READING_LAYERS) for tensor in call.given]
    codes += [
        op.inputs[_READING_OPS[op.type]] for op in forward.graph.get_operations() if op.type in _READING_OPS and len(op.inputs)
    ]
    position = {id(tensor): number for number, tensor in enumerate(forward.inputs)}
    found = {id(source) for code in codes for source in sources(code, until=lambda op: op.type in _NEW_VALUES)}
    return {number for identity, number in position.items() if identity in found}


def _declared_whole(model: keras.Model, x: Any, count: int) -> list[bool]:
    """Whether each `Input` turns what it is given into whole numbers, as one with an integer dtype does."""
    declared = {tensor.name: _kind(tensor.dtype) in "iu" for tensor in getattr(model, "inputs", None) or ()}
    if isinstance(x, dict):  # Keras' order is that of the sorted keys
        return [declared.get(name, False) for name, part in x.items() for _ in rows_data.leaves_of(part)]
    return list(declared.values()) if len(declared) == count else [False] * count


def _kind(dtype: Any) -> str:
    """One letter as numpy has it: "i", "u" and "f" are numbers."""
    name = str(getattr(dtype, "name", dtype))
    return "O" if name == "string" else "f" if name == "bfloat16" else np.dtype(name).kind
