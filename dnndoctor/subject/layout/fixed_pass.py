"""A forward pass on one fixed number of rows, so that all sizes in its graph are known, with values from anywhere in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.forward_pass import Call, noted_calls
from dnndoctor.subject.layers import walk_layers

MOVING = frozenset({"Cast", "ExpandDims", "Identity", "Reshape", "Squeeze", "StopGradient", "Transpose"})
"""Operations that put values elsewhere and change none."""

RESHAPING = MOVING - {"Transpose"}
"""Those of them that leave the values in memory's order."""


@dataclass(frozen=True)
class FixedPass:
    """A traced forward pass, as in inference, on so many rows.

    Attributes:
        rows: How many.
        graph: The graph, which all tensors here live in.
        inputs: The model's inputs, in the order of the tree that it was traced on.
        calls: Of all layers, the inner ones before those around them.
        wanted: Tensors whose values `run` gives beside the outputs.
        paths: Path of each walked layer, by its identity.
        function: What runs it.
    """

    rows: int
    graph: Any
    inputs: tuple[Any, ...]
    calls: tuple[Call, ...]
    wanted: tuple[Any, ...]
    paths: dict[int, str]
    function: Any

    def run(self, leaves: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Runs it.

        Args:
            leaves: An array for each input, with `rows` rows.

        Returns:
            Values of the outputs, and of the tensors that were wanted.
        """
        cast = [tf.cast(leaf, tensor.dtype) for leaf, tensor in zip(leaves, self.inputs, strict=True)]
        outputs, wanted = self.function(*cast)
        return [np.asarray(value) for value in tf.nest.flatten(outputs)], [np.asarray(value) for value in wanted]

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {id(operation): number for number, operation in enumerate(self.graph.get_operations())}

    def layer_of(self, operation: Any) -> Any:
        """The innermost listed layer that an operation happens in; None where it is in none, or in a model's own `call`.

        Args:
            operation: Of the graph.
        """
        position = self._positions[id(operation)]
        inside = (call.layer for call in self.calls if call.operations[0] <= position < call.operations[1])
        found = next((layer for layer in inside if id(layer) in self.paths or isinstance(layer, keras.Model)), None)
        return None if isinstance(found, keras.Model) else found

    def path_of(self, layer: Any) -> str | None:
        """A layer's path, None where it is not listed.

        Args:
            layer: Any layer, or None.
        """
        return self.paths.get(id(layer))


def fixed_pass(
    model: keras.Model, leaves: Sequence[Any], template: Any, wanted: Callable[[FixedPass], Sequence[Any]]
) -> FixedPass:
    """Traces a model; nothing is run.

    Args:
        model: Built.
        leaves: Arrays of its inputs, all with the rows that it is to be run on.
        template: The tree of the inputs, with positions in `leaves` for leaves.
        wanted: Called inside the graph, once all calls were made; says which further values are wanted.

    Raises:
        Exception: Whatever the user's code raises when it is traced.
    """
    specs = [tf.TensorSpec(leaf.shape, leaf.dtype) for leaf in leaves]
    paths = {id(walked.layer): walked.path for walked in walk_layers(model)}
    found: list[FixedPass] = []

    def forward(*given: Any) -> Any:
        with noted_calls() as noted:
            outputs = model(rows_data.map_tree(lambda number: given[number], template), training=False)
        graph = tf.compat.v1.get_default_graph()
        bare = FixedPass(len(leaves[0]), graph, tuple(given), tuple(noted), (), paths, None)
        found.append(bare)
        return outputs, tuple(wanted(bare))

    function = tf.function(forward, autograph=False).get_concrete_function(*specs)
    bare = found[-1]
    return FixedPass(bare.rows, bare.graph, bare.inputs, bare.calls, tuple(function.structured_outputs[1]), paths, function)


def known_shape(tensor: Any) -> tuple[int, ...] | None:
    """A tensor's shape, None where any size is unknown.

    Args:
        tensor: Of a graph.
    """
    return tuple(tensor.shape.as_list()) if tensor.shape.is_fully_defined() else None
