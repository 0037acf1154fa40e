"""One array in whatever type the user has it: numpy, tensors, pandas, sparse matrices, lists of numbers."""

from typing import Any

import numpy as np
import tensorflow as tf

from dnndoctor.subject.data.parts import unreadable


def is_array(value: Any) -> bool:
    """Whether a value is one array: not a list of arrays, not a dict.

    Args:
        value: Anything a user returned.
    """
    if isinstance(value, list):
        return not value or not any(_has_shape(part) or isinstance(part, dict) for part in value)
    return _has_shape(value)


def as_array(value: Any, name: str) -> Any:
    """That array as numpy, or as something that slices into numpy without being read (mapped files).

    A pandas Series becomes a column (rows, 1), as Keras' `fit` makes it.

    Args:
        value: What `is_array` accepts.
        name: What to call it in an error.

    Raises:
        SubjectError: It holds Python objects, or rows of different lengths.
    """
    array = value if isinstance(value, np.ndarray) else _dense(value, name)
    if array.ndim == 0:
        raise unreadable(f"`{name}` is a single value, {array.item()!r}, not an array.", "Return one row for each sample.")
    return _without_objects(array, name)


def _dense(value: Any, name: str) -> Any:
    if hasattr(value, "to_numpy"):
        return _of_pandas(value, name)
    if hasattr(value, "toarray"):  # scipy's sparse matrices
        return value.toarray()
    if isinstance(value, tf.RaggedTensor):  # rows are padded with zeros at their ends
        return value.to_tensor().numpy()
    if isinstance(value, tf.SparseTensor):
        return tf.sparse.to_dense(value).numpy()
    try:
        return np.asarray(value)
    except ValueError as error:
        raise unreadable(
            f"`{name}` is a list whose rows have different lengths.", "Pad them to one length, or return a tf.data.Dataset."
        ) from error


def _of_pandas(value: Any, name: str) -> Any:
    array = value.to_numpy()
    if array.dtype == object:
        _refuse_columns(value, name)
    return array[:, None] if array.ndim == 1 else array


def _without_objects(array: Any, name: str) -> Any:
    if array.dtype != object:
        return array
    kinds = {type(value) for value in array.ravel()[:10_000].tolist()}
    if kinds and kinds <= {str, bytes}:
        return array.astype("S" if bytes in kinds else "U")
    odd = next((index for index, value in np.ndenumerate(array) if not isinstance(value, int | float | np.number)), None)
    if odd is None:
        return array.astype(np.float64)
    place = ", ".join(str(step) for step in odd)
    raise unreadable(
        f"`{name}` holds Python objects (dtype object): `{name}[{place}]` is {_article(type(array[odd]).__name__)}.",
        "Convert it to numbers of one dtype; rows of different lengths need padding first.",
    )


def _refuse_columns(frame: Any, name: str) -> None:
    columns = (
        [str(column) for column, dtype in getattr(frame, "dtypes", {}).items() if dtype.kind not in "biuf"]
        if frame.ndim == 2
        else []
    )
    if columns:
        raise unreadable(
            f"`{name}` is a DataFrame whose column{'s' if len(columns) > 1 else ''} "
            + ", ".join(f"`{column}`" for column in columns[:5])
            + " hold no numbers.",
            "Encode them as numbers (one-hot, for instance) or leave them out.",
        )


def _has_shape(value: Any) -> bool:
    return hasattr(value, "shape") or hasattr(value, "to_numpy")


def _article(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"
