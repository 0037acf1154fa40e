"""A model's forward pass as a graph: which layers were called on what, and what leads from one tensor to another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        around: The layers whose calls it happened in, the outermost first; the model itself is one.
        operations: Positions of the graph's operations that were made in it, from the first to before the last.
    """

    layer: Any
    given: tuple[Any, ...]
    made: tuple[Any, ...]
    around: tuple[Any, ...]
    operations: tuple[int, int]


@dataclass(frozen=True)
class ForwardPass:
    """A traced forward pass, as in inference.

    Attributes:
        graph: The graph, which all tensors here live in.
        inputs: The model's inputs, in the order of the tree that it was traced on.
        outputs: Its outputs, flat.
        calls: Of all layers, the inner ones before those around them.
    """

    graph: Any
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    calls: tuple[Call, ...]


def forward_pass(model: keras.Model, x: Any, rows: int | None = None) -> ForwardPass:
    """Traces a model; nothing is run.

    Args:
        model: Built.
        x: Its inputs: a tree of arrays or symbolic tensors, the first axis the row.
        rows: How many it is traced with; None leaves their number open.

    Raises:
        Exception: Whatever the user's code raises when it is traced.
    """
    specs: list[Any] = []

    def numbered(leaf: Any) -> int:
        specs.append(tf.TensorSpec([rows, *leaf.shape[1:]], leaf.dtype))
        return len(specs) - 1

    template = rows_data.map_tree(numbered, x)
    calls: list[Call] = []

    def forward(*leaves: Any) -> Any:
        with noted_calls() as noted:
            result = model(rows_data.map_tree(lambda number: leaves[number], template), training=False)
        calls.extend(noted)
        return result

    graph = tf.function(forward, autograph=False).get_concrete_function(*specs).graph
    return ForwardPass(graph, tuple(graph.inputs[: len(specs)]), tuple(graph.outputs), tuple(calls))


@contextmanager
def noted_calls() -> Iterator[list[Call]]:
    """Notes the calls of all layers, the inner ones before those around them, while it is active."""
    graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
    noted: list[Call] = []
    working: list[tuple[Any, int]] = []

    def begin(layer: Any) -> None:
        working.append((layer, made_so_far()))

    def note(layer: Any, args: Any, result: Any) -> None:
        # A call that raised, and whose error the user's code caught, is still on the list.
        while working and working[-1][0] is not layer:
            working.pop()
        operations = (working.pop()[1] if working else 0, made_so_far())
        around = tuple(outer for outer, _ in working)
        noted.append(Call(layer, _tensors(args, graph), _tensors(result, graph), around, operations))

    with private.watched_calls(note, begin):
        yield noted


def traced(model: keras.Model, x: Any) -> ForwardPass | None:
    """The same, or None where the user's forward pass cannot be traced.

    Args:
        model: Built.
        x: See `forward_pass`.
    """
    try:
        return forward_pass(model, x)
    except Exception:  # whatever the user's code raises when it is given symbolic tensors
        return None


def made_so_far() -> int:
    """How many operations the graph that is being traced has."""
    return len(tf.compat.v1.get_default_graph().get_operations())


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
    return tuple(tensor for tensor in tf.nest.flatten(tree) if tf.is_tensor(tensor) and getattr(tensor, "graph", None) is graph)
