"""Norms and shares of tensors inside a compiled step: one cheap pass as a rule, a careful one where float32 overflows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

SAMPLED_VALUES = 16384
"""Activations are measured on so many values of a batch, whole rows of it: their rms is then known to better than 1 % (values of
one row hang together, so a little worse), at a cost that does not grow with the batch."""

FEW_VALUES = 65536
"""Up to so many values, laying them end to end costs less (20 us) than the ops it saves."""

SMALL_ROW = 512
"""Rows of so many values are measured in float64, whose squares do not overflow, and without a second look."""


def sizes(
    gradients: Sequence[Any], before: Sequence[Any], after: Sequence[Any], owners: Sequence[Sequence[int]], groups: int
) -> Any:
    """Norms of gradients, of updates and of the weights before them, each by group.

    An infinite norm always means a value that is not finite: few values are squared in float64; many are squared in float32,
    whose squares overflow from 1.8e19 on, and only then a careful pass is taken that divides by the largest value first.

    Args:
        gradients: Of some weights.
        before: Weights before a step.
        after: The same weights after it.
        owners: The group of each gradient, and of each weight.
        groups: How many groups there are.

    Returns:
        Float32, (3 * groups,): gradients, updates, weights.
    """
    counts = [tensor.shape.num_elements() for tensor in (*gradients, *before)]
    if all(counts) and sum(counts) <= FEW_VALUES:
        # Few ops instead of many small ones: with a small model their number is what costs.
        new_ones, old_ones = ([_chosen(tensors, owners[1], group) for group in range(groups)] for tensors in (after, before))
        old = [_end_to_end(tensors) for tensors in old_ones]
        updates = [_end_to_end(tensors) - earlier for tensors, earlier in zip(new_ones, old, strict=True)]
        of_gradients = [_end_to_end(_chosen(gradients, owners[0], group)) for group in range(groups)]
        squares = 2.0 * tf.stack([tf.nn.l2_loss(tf.cast(values, tf.float64)) for values in (*of_gradients, *updates, *old)])
    else:
        members = np.array(
            [*owners[0], *(groups + owner for owner in owners[1]), *(2 * groups + owner for owner in owners[1])], np.int32
        )
        each = _norms([*gradients, *(new - old for new, old in zip(after, before, strict=True)), *before])
        squares = tf.math.unsorted_segment_sum(tf.square(tf.cast(each, tf.float64)), members, 3 * groups)
    return tf.cast(tf.sqrt(squares), tf.float32)


def summed_rows(gradient: Any) -> Any:
    """A gradient as a dense tensor with the same norm; sparse ones keep only the rows they touch.

    Args:
        gradient: A tensor or `tf.IndexedSlices`.
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return tf.convert_to_tensor(gradient)
    rows, owner = tf.unique(gradient.indices)
    return tf.math.unsorted_segment_sum(gradient.values, owner, tf.size(rows))


def activations(layers: Sequence[Sequence[Any]], loss: Any, *, without_branches: bool = False) -> Any:
    """Root mean square and share of exact zeros of each layer's outputs.

    Measured on the first rows of the batch (`SAMPLED_VALUES`, of small rows `FEW_VALUES`, which is all of them at usual batch
    sizes).
    Where a result or the loss is not finite, the root mean square of large rows is measured anew on all values, so that no value
    that is not finite stays unseen in the step that ends a trial.

    Args:
        layers: For each layer its outputs, batch first.
        loss: The step's loss.
        without_branches: Whether to treat all rows as small.

    Returns:
        Float32, (2 * layers,): root mean squares, shares of zeros.
    """
    everything = [tensor for tensors in layers for tensor in tensors]
    small = without_branches or all(
        (tensor.shape[1:].num_elements() or SMALL_ROW + 1) <= SMALL_ROW for tensor in everything if tensor.shape.rank
    )
    parts = [_first_rows(tensor, FEW_VALUES if small else SAMPLED_VALUES) for tensor in everything]
    parts = [tf.cast(part, tf.float64 if small else tf.float32) for part in parts]
    counts = tf.cast(tf.stack([tf.size(part) for part in parts]), tf.float32)
    halves = tf.cast(tf.stack([tf.nn.l2_loss(part) for part in parts]), tf.float64)
    # A one for every zero, summed by the same op as above, which is faster than `tf.reduce_sum`.
    zeros = 2.0 * tf.stack([tf.nn.l2_loss(tf.cast(tf.equal(part, 0.0), tf.float32)) for part in parts])
    if len(everything) > len(layers):
        owner = np.repeat(np.arange(len(layers), dtype=np.int32), [len(tensors) for tensors in layers])
        counts, halves, zeros = (tf.math.segment_sum(sums, owner) for sums in (counts, halves, zeros))
    quick = tf.cast(tf.sqrt(2.0 * halves / tf.cast(counts, tf.float64)), tf.float32)
    if small:
        return tf.concat([quick, zeros / counts], 0)

    def careful(*tensors: Any) -> Any:
        means, left = [], list(tensors)
        for of_layer in layers:
            mine, left = [tf.cast(tensor, tf.float32) for tensor in left[: len(of_layer)]], left[len(of_layer) :]
            norms = tf.stack([_careful_norm(tensor) / tf.sqrt(tf.cast(tf.size(tensor), tf.float32)) for tensor in mine])
            means.append(tf.sqrt(tf.reduce_mean(tf.square(tf.cast(norms, tf.float64)))))
        return tf.cast(tf.stack(means), tf.float32)

    rms = _rarely(tf.math.is_finite(loss) & tf.reduce_all(tf.math.is_finite(quick)), quick, careful, everything)
    return tf.concat([rms, zeros / counts], 0)


def _norms(tensors: Sequence[Any]) -> Any:
    values = [tf.cast(tensor, tf.float32) for tensor in tensors]
    quick = tf.sqrt(2.0 * tf.stack([tf.nn.l2_loss(value) for value in values]))
    careful = lambda *all_values: tf.stack([_careful_norm(value) for value in all_values])  # noqa: E731  one expression, used once
    return _rarely(tf.reduce_all(tf.math.is_finite(quick)), quick, careful, values)


def _rarely(fine: Any, quick: Any, careful: Any, tensors: Sequence[Any]) -> Any:
    """The quick result where it is fine, else the careful one, which costs next to nothing where it is not taken."""
    # Kept from being inlined: the nodes of a branch that is not taken are visited all the same.
    function = tf.function(careful, autograph=False, experimental_attributes={"_noinline": True})
    return tf.cond(fine, lambda: quick, lambda: function(*tensors))


def _flat(tensor: Any) -> Any:
    values = tf.cast(tensor, tf.float32)
    return values if values.shape.rank == 1 else tf.reshape(values, [-1])


def _end_to_end(tensors: Sequence[Any]) -> Any:
    if not tensors:
        return tf.zeros([0], tf.float32)
    return tf.concat([_flat(tensor) for tensor in tensors], 0) if len(tensors) > 1 else _flat(tensors[0])


def _chosen(tensors: Sequence[Any], owners: Sequence[int], group: int) -> list[Any]:
    return [tensor for tensor, owner in zip(tensors, owners, strict=True) if owner == group]


def _first_rows(tensor: Any, most: int) -> Any:
    if tensor.shape.rank == 0:
        return tensor[tf.newaxis]
    row = tensor.shape[1:].num_elements()
    rows = max(1, most // row) if row else 1
    return tensor[:rows]


def _careful_norm(value: Any) -> Any:
    all_finite = tf.reduce_all(tf.math.is_finite(value))
    largest = tf.reduce_max(tf.abs(value))
    unit = tf.where(all_finite & (largest > 0), largest, tf.ones_like(largest))
    norm = unit * tf.sqrt(2.0 * tf.nn.l2_loss(value / unit))
    return tf.where(all_finite, tf.minimum(norm, tf.float32.max), norm)
