"""Which steps of its outputs a model counts: the mask that padding leaves on them, which Keras' losses and metrics heed."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.subject.blueprint import Array, Sample
from dnndoctor.subject.data.trees import map_tree, take

_ROWS_AT_ONCE = 256


def output_masks(model: keras.Model, sample: Sample, names: Sequence[str]) -> Mapping[str, Array]:
    """The masks of all outputs that have one.

    Args:
        model: Built.
        sample: The training rows.
        names: Of the outputs, in Keras' order.

    Returns:
        By output name, true at the steps that count, (rows, steps); empty where the model masks nothing or cannot be called.
    """
    try:
        first = _masks(model, sample, slice(0, 2))
    except Exception:  # a model whose `call` takes something else than its data
        return {}
    if len(first) != len(names) or all(mask is None for mask in first):
        return {}
    parts = [_masks(model, sample, slice(start, start + _ROWS_AT_ONCE)) for start in range(0, sample.rows, _ROWS_AT_ONCE)]
    return {
        name: np.concatenate([part[number] for part in parts]).astype(bool)
        for number, name in enumerate(names)
        if first[number] is not None
    }


def mask_of(output: Any) -> Any:
    """The mask that layers left on a tensor, None where they left none."""
    return getattr(output, "_keras_mask", None)  # Keras' own losses read it there; there is no public name for it


def _masks(model: keras.Model, sample: Sample, rows: slice) -> list[Any]:
    outputs = model(map_tree(tf.convert_to_tensor, take(sample.x, rows)), training=False)
    masks = [mask_of(output) for output in keras.tree.flatten(outputs)]
    return [None if mask is None else np.asarray(mask) for mask in masks]
