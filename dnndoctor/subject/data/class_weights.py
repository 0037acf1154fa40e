"""Class weights as sample weights, the way Keras' `fit` turns one into the other."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.data.parts import unreadable


def class_ids(y: Array) -> Array:
    """The class of each row, as Keras' `fit` reads it for class weights.

    Args:
        y: Targets of one output: ids (rows,) or (rows, 1), or one column a class.
    """
    if y.ndim > 1:
        y = y[..., 0] if y.shape[-1] == 1 else np.argmax(y, axis=-1)
    return np.round(y).astype(np.int64)


def weights_by_class(setting: Literal["balanced"] | Mapping[int, float], y: Any) -> dict[int, float]:
    """The weight of each class.

    Args:
        setting: The config's `fit.class_weight`; "balanced" is scikit-learn's rows / (classes * rows of the class).
        y: All training targets.

    Raises:
        SubjectError: There is not exactly one array of targets, which Keras refuses as well.
    """
    if not hasattr(y, "shape"):
        raise unreadable(
            "`fit.class_weight` needs one array of targets, and the data has " + ("none." if y is None else "several."),
            "Keras takes class weights for models with a single output only; give a `sample_weight` instead.",
        )
    if setting != "balanced":
        return dict(setting)
    ids, counts = np.unique(class_ids(np.asarray(y)), return_counts=True)
    return {int(label): len(y) / (len(ids) * int(count)) for label, count in zip(ids, counts, strict=True)}


def sample_weights(by_class: Mapping[int, float], y: Array) -> Array:
    """A weight for each row; classes without an entry weigh 1.

    Args:
        by_class: From `weights_by_class`.
        y: Targets.
    """
    ids = class_ids(y)
    return np.asarray([by_class.get(int(label), 1.0) for label in ids.ravel()], dtype=np.float32).reshape(ids.shape)
