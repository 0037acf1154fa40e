"""Every form in which a user may return data comes out as the same rows."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.config.schema import Fit
from dnndoctor.errors import SubjectError
from dnndoctor.subject.data.drawing import draw
from dnndoctor.subject.data.parts import ModelHints
from dnndoctor.subject.data.returned import understand
from dnndoctor.subject.data.trees import leaves
from dnndoctor.subject.loading import UserCode

X = np.arange(60, dtype="float64").reshape(20, 3)
Y = np.arange(20) % 2
XV, YV = X[:6] + 100, Y[:6]
W = np.linspace(1, 2, 20)
ONE_INPUT = ModelHints(input_shapes=((None, 3),), outputs=1)


def drawn(returned: Any, hints: ModelHints = ONE_INPUT, limit: int = 2**20, **fit: Any) -> Any:
    """The sample of what a factory returned."""
    settings, told = Fit(**fit), list[str]()
    parts = understand(returned, "train.py:load_data", hints, settings.batch_size or 32)
    return draw(parts, settings, limit, UserCode(Path("/nonexistent")).guarded, told.append)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no type information
    """Five batches of four rows."""

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        rows = slice(4 * index, 4 * index + 4)
        return X[rows], Y[rows]


class Frame:
    """What a pandas DataFrame or Series looks like from outside."""

    def __init__(self, values: Any) -> None:
        self.values = values
        self.shape = values.shape

    def to_numpy(self) -> Any:
        return self.values


def slices(*arrays: Any) -> Any:
    """A data set of single rows."""
    return tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0])


@pytest.mark.parametrize(
    "returned",
    [
        (X, Y),
        [X, Y],
        (X.tolist(), Y.tolist()),
        (tf.constant(X), tf.constant(Y)),
        {"x": X, "y": Y},
        {"x_train": X, "y_train": Y},
        {"train": (X, Y)},
        {"train": {"x": X, "y": Y}},
        ((X, Y), None),
        slices(X, Y).batch(4),
        slices(X, Y),
        {"train": slices(X, Y).batch(4)},
        Batches(),
        ((X[start : start + 4], Y[start : start + 4]) for start in range(0, 20, 4)),
    ],
    ids=range(14),
)
def test_training_rows_of_every_form(returned: Any) -> None:
    """The same 20 rows, in their order, without validation data."""
    found = drawn(returned)

    assert np.array_equal(found.train.x, X)
    assert np.array_equal(found.train.y, Y)
    assert found.validation is None
    assert (found.rows_total, found.validation_source) == (20, "none")


@pytest.mark.parametrize(
    "returned",
    [
        ((X, Y), (XV, YV)),
        {"x_train": X, "y_train": Y, "x_val": XV, "y_val": YV},
        {"train": (X, Y), "validation": (XV, YV)},
        {"train": (X, Y), "val": {"x": XV, "y": YV}},
        (slices(X, Y).batch(4), slices(XV, YV).batch(6)),
        (slices(X, Y).batch(4), (XV, YV)),
        (Batches(), slices(XV, YV).batch(2)),
        ((X, Y, W), (XV, YV)),
    ],
    ids=range(8),
)
def test_validation_rows_of_every_form(returned: Any) -> None:
    """Training and validation rows are told apart."""
    found = drawn(returned)

    assert found.validation is not None
    assert np.array_equal(found.train.x, X)
    assert np.array_equal(found.validation.x, XV)
    assert np.array_equal(found.validation.y, YV)
    assert found.validation_source == "given"


def test_several_inputs_are_not_taken_for_validation_data() -> None:
    """((a, b), (y, z)) is one set of rows where the model has two inputs and all lengths are equal."""
    two = ModelHints(input_shapes=((None, 3), (None, 1)), outputs=2)

    found = drawn(((X, W[:, None]), (Y, W)), hints=two)

    assert found.validation is None
    assert [leaf.shape for leaf in leaves(found.train.x)] == [(20, 3), (20, 1)]
    assert [leaf.shape for leaf in leaves(found.train.y)] == [(20,), (20,)]


def test_dicts_of_inputs_and_targets_keep_their_keys() -> None:
    """Named inputs and outputs stay named."""
    found = drawn(({"a": X, "b": W}, {"p": Y, "q": W}))

    assert isinstance(found.train.x, dict)
    assert isinstance(found.train.y, dict)
    assert sorted(found.train.x) == ["a", "b"]
    assert np.array_equal(found.train.y["q"], W)


def test_sample_weights_come_third() -> None:
    """(x, y, w) and its dict form carry weights."""
    assert np.array_equal(drawn((X, Y, W)).train.weight, W)
    assert np.array_equal(drawn({"x": X, "y": Y, "sample_weight": W}).train.weight, W)
    assert np.array_equal(drawn(slices(X, Y, W).batch(4)).train.weight, W)


def test_inputs_alone_have_no_targets() -> None:
    """An array alone, or a data set of inputs alone, is data without targets."""
    assert drawn(X).train.y is None
    assert drawn((X,)).train.y is None
    assert drawn(slices(X).batch(4)).train.y is None


def test_frames_become_arrays_as_in_fit() -> None:
    """A DataFrame is a table; a Series is a column of it."""
    found = drawn((Frame(X), Frame(Y)))

    assert np.array_equal(found.train.x, X)
    assert found.train.y.shape == (20, 1)


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "returned nothing"),
        (3, "returned an int"),
        (tf.data.Dataset, "returned the class"),
        ((X, Y[:-1]), "`x` has 20 rows and `y` has 19"),
        ((X, Y, X, Y), "returned 4 values"),
        ({"x_train": X, "y_trian": Y}, "the key `y_trian`"),
        ({"y_train": Y}, "without `x_train`"),
        ((X[:0], Y[:0]), "is empty"),
        ((np.array([[1, "a"], [2, None]], dtype=object), Y[:2]), r"`x\[0, 1\]` is a str"),
        (([[1, 2], [3]], [0, 1]), "rows have different lengths"),
        ((X.astype("datetime64[s]"), Y), "dtype datetime64"),
        ((np.float32(3), Y), "`x` is a single value"),
        (slices(X, Y).batch(4).filter(lambda *rows: len(rows) > 2), "yields nothing"),
        (slices(X, Y).batch(4).take(0), "yields nothing"),
        (iter([(X, Y[:3])]), "different numbers of rows"),
        (iter([(X, Y), (X[..., None], Y)]), "different rank"),
        (iter([]), "yields nothing"),
    ],
)
def test_what_cannot_be_used_is_told(returned: Any, said: str) -> None:
    """Every bad return has its own sentence and a way out."""
    with pytest.raises(SubjectError, match=said) as caught:
        drawn(returned)

    assert caught.value.advice


def test_objects_that_are_numbers_are_numbers() -> None:
    """An object array of plain numbers is taken for numbers."""
    found = drawn((X.astype(object), Y))

    assert found.train.x.dtype == np.float64
