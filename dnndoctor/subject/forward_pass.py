"""A model's forward pass as a graph: which layers were called on what, and what leads from one tensor to another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine import private

LINEAR_OPS = frozenset(
    {
        "BatchMatMulV2",
        "Conv2D",
        "Conv2DBackpropInput",
        "Conv3D",
        "Conv3DBackpropInputV2",
        "DepthwiseConv2dNative",
        "Einsum",
        "MatMul",
        "XlaConvV2",
        "XlaDotV2",
    }
)
"""TensorFlow ops that weight their inputs."""


@dataclass(frozen=True)
class Call:
    """One call of a layer.

    Attributes:
        layer: The layer.
        given: Tensors it was called on.
        made: Tensors it returned.
    """

    layer: Any
    given: tuple[Any, ...]
    made: tuple[Any, ...]


@dataclass(frozen=True)
class ForwardPass:
    """A traced forward pass, as in inference.

    Attributes:
        graph: The graph, which all tensors here live in.
        inputs: The model's inputs, in the order of the tree that it was traced on.
        calls: Of all layers, the inner ones before those around them.
    """

    graph: Any
    inputs: tuple[Any, ...]
    calls: tuple[Call, ...]


def forward_pass(model: keras.Model, x: Any) -> ForwardPass:
    """Traces a model; nothing is run.

    Args:
        model: Built.
        x: Its inputs: a tree of arrays or symbolic tensors, the first axis the row.

    Raises:
        Exception: Whatever the user's code raises when it is traced.
    """
    specs: list[Any] = []

    def numbered(leaf: Any) -> int:
        specs.append(tf.TensorSpec([None, *leaf.shape[1:]], leaf.dtype))
        return len(specs) - 1

    template = rows_data.map_tree(numbered, x)
    noted: list[tuple[Any, Any, Any]] = []

    def forward(*leaves: Any) -> Any:
        with private.watched_calls(lambda *call: noted.append(call)):
            return model(rows_data.map_tree(lambda number: leaves[number], template), training=False)

    graph = tf.function(forward, autograph=False).get_concrete_function(*specs).graph
    calls = (Call(layer, _tensors(args, graph), _tensors(result, graph)) for layer, args, result in noted)
    return ForwardPass(graph, tuple(graph.inputs[: len(specs)]), tuple(calls))


def sources(tensor: Any, *, until: Callable[[Any], bool]) -> Iterator[Any]:
    """All tensors that a tensor is made from, itself the first, the near ones before the far.

    Args:
        tensor: Of a graph.
        until: Whether an op is not looked behind.
    """
    return _spread([tensor], lambda found: [] if until(found.op) else found.op.inputs)


def effects(tensors: Any, *, until: Callable[[Any], bool]) -> Iterator[Any]:
    """All tensors that are made from some tensors, these the first, the near ones before the far.

    Args:
        tensors: Of a graph.
        until: Whether an op is not followed.
    """

    def following(found: Any) -> list[Any]:
        return [made for op in found.consumers() if not until(op) for made in op.outputs]

    return _spread(list(tensors), following)


def _spread(tensors: list[Any], step: Callable[[Any], Any]) -> Iterator[Any]:
    seen = {id(tensor) for tensor in tensors}
    front = tensors
    while front:
        yield from front
        found = {id(tensor): tensor for known in front for tensor in step(known) if id(tensor) not in seen}
        seen |= found.keys()
        front = list(found.values())


def _tensors(tree: Any, graph: Any) -> tuple[Any, ...]:
    """The tensors of that graph alone: loops inside layers have graphs of their own, and other threads may call layers, too."""
    return tuple(tensor for tensor in tf.nest.flatten(tree) if getattr(tensor, "graph", None) is graph)
