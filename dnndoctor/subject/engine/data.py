"""The user's rows as tensors, and back into the form that `train_step` is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.subject.blueprint import Sample, Tree


@dataclass(frozen=True)
class Rows:
    """Rows on the device.

    Attributes:
        leaves: Every array of inputs, targets and weights, in the order of the tree; the first axis is the row.
        template: The tree (x, y, weight) with numbers of leaves in place of arrays.
        count: How many rows.
    """

    leaves: tuple[Any, ...]
    template: Any
    count: int

    def specs(self) -> list[Any]:
        """Signatures of the leaves, for any number of rows."""
        return [tf.TensorSpec([None, *leaf.shape[1:]], leaf.dtype) for leaf in self.leaves]

    def take(self, rows: Sequence[int] | np.ndarray[Any, Any]) -> "Rows":
        """Some of the rows.

        Args:
            rows: Their numbers.
        """
        pick = tf.constant(np.asarray(rows, np.int32))
        return Rows(tuple(tf.gather(leaf, pick) for leaf in self.leaves), self.template, len(rows))


def rows_of(sample: Sample) -> Rows:
    """Puts a sample on the device, floats as Keras' default float type, as `fit` does with arrays.

    Args:
        sample: Of the blueprint.
    """
    leaves: list[Any] = []

    def number(array: Any) -> int:
        leaves.append(_tensor(array))
        return len(leaves) - 1

    template = tuple(map_tree(number, tree) for tree in (sample.x, sample.y, sample.weight))
    return Rows(tuple(leaves), template, sample.rows)


def weighted_like(rows: Rows, other: Rows) -> Rows:
    """Rows whose weights have the form of others', so that one trace serves both, as where class weights are for training only.

    Weights that are missing are ones, which change no loss and no metric; weights that the others do not have are left out.

    Args:
        rows: Of the validation data.
        other: Of the training data.
    """
    if (rows.template[2] is None) == (other.template[2] is None):
        return rows
    kept = [*leaves_of(rows.template[0]), *leaves_of(rows.template[1])]
    leaves = [rows.leaves[number] for number in kept]
    for number in leaves_of(other.template[2]):
        model = other.leaves[number]
        leaves.append(tf.ones([rows.count, *model.shape[1:]], model.dtype))
    return Rows(tuple(leaves), (*rows.template[:2], other.template[2]), rows.count)


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """Applies a function to the leaves of a tree of lists, tuples and dicts; None stays None.

    Args:
        function: Of one leaf.
        tree: Any tree.
    """
    if tree is None:
        return None
    if isinstance(tree, dict):
        return {key: map_tree(function, value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(map_tree(function, value) for value in tree)
    return function(tree)


def leaves_of(tree: Tree) -> list[Any]:
    """The arrays of a tree, in order.

    Args:
        tree: Any tree.
    """
    found: list[Any] = []
    map_tree(found.append, tree)
    return found


def inputs(template: Any, leaves: Sequence[Any]) -> Any:
    """The inputs as the model takes them.

    Args:
        template: Of the rows.
        leaves: A batch of them.
    """
    return map_tree(lambda number: leaves[number], template[0])


def batch(template: Any, leaves: Sequence[Any]) -> Any:
    """A batch in the form in which `fit` hands it to `train_step`.

    Args:
        template: Of the rows.
        leaves: A batch of them.
    """
    x, y, weight = (map_tree(lambda number: leaves[number], tree) for tree in template)
    # The dataset behind `fit` turns the user's lists into tuples.
    x, y, weight = (tuple(tree) if isinstance(tree, list) else tree for tree in (x, y, weight))
    return keras.utils.pack_x_y_sample_weight(x, y, weight)


def _tensor(array: Any) -> Any:
    values = np.asarray(array)
    if values.dtype == object:
        return tf.constant(values.tolist(), tf.string)
    if values.dtype.kind == "f":
        values = values.astype(keras.config.floatx(), copy=False)
    return tf.constant(values)
