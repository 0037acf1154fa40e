"""What edits that give inputs another scale have in common: values in double precision, and back into the model's floats."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf


def wide(leaf: Any) -> npt.NDArray[np.float64]:
    """A leaf's values, wide enough that no square of theirs overflows.

    Args:
        leaf: Tensor of numbers.
    """
    return np.asarray(leaf.numpy(), np.float64)


def by_feature(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A table of one column a feature.

    Args:
        values: (rows,) or (rows, ..., features).
    """
    return values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)


def narrow(values: npt.NDArray[np.float64], leaf: Any) -> Any:
    """Values as a tensor of the leaf's dtype, of Keras' default floats where that holds whole numbers alone.

    Args:
        values: Of the leaf's shape.
        leaf: What they were made from.
    """
    return tf.constant(values, leaf.dtype if leaf.dtype.is_floating else keras.config.floatx())
