"""The sample is bounded, the same each time, and says what the user's pipeline does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.config.schema import Fit
from dnndoctor.errors import SubjectError
from dnndoctor.subject.data import stream_rows
from dnndoctor.subject.data.drawing import as_fit_gives_it
from dnndoctor.subject.data.py_dataset import PyDatasetStream
from dnndoctor.subject.loading import UserCode
from tests.subject.data.test_returned import XV, YV, Batches, W, X, Y, drawn, slices


def test_the_tail_is_split_off_as_in_fit() -> None:
    """`validation_split` takes the unshuffled end; given validation data goes before it."""
    found = drawn((X, Y), validation_split=0.25)
    given = drawn(((X, Y), (XV, YV)), validation_split=0.25)

    assert found.validation is not None
    assert np.array_equal(found.validation.x, X[15:])
    assert (found.rows_total, found.validation_source) == (15, "validation_split")
    assert given.validation_source == "given"
    with pytest.raises(SubjectError, match="needs arrays"):
        drawn(slices(X, Y).batch(4), validation_split=0.25)


def test_rows_beyond_the_limit_are_thinned_out_in_order() -> None:
    """A seeded choice of rows keeps their order and fits the limit, twice the same."""
    limit = 10 * (3 * 8 + 8)

    one, again = drawn((X, Y), limit=limit), drawn((X, Y), limit=limit)

    assert isinstance(one.train.x, np.ndarray)
    assert one.train.x.shape == (10, 3)
    assert (np.diff(one.train.x[:, 0]) > 0).all()
    assert np.array_equal(one.train.x, again.train.x)
    assert one.rows_total == 20
    assert "10 of 20 rows" in one.notes[0]


def test_a_stream_gives_its_first_rows() -> None:
    """A stream beyond the limit is cut, and its number of rows is still known."""
    found = drawn(slices(X, Y).batch(4), limit=6 * (3 * 8 + 8))

    assert np.array_equal(found.train.x, X[:6])
    assert (found.rows_total, found.batch_size, found.batches_total) == (20, 4, 5)
    assert "the tf.data data has more" in found.notes[0]


def test_a_stream_that_never_ends_is_bounded() -> None:
    """`repeat()` ends at an epoch where its steps are given, else after a bounded number of rows."""
    endless = slices(X, Y).batch(4).repeat()

    by_steps, by_bound = drawn(endless, steps_per_epoch=3), drawn(endless)

    assert len(by_steps.train.x) == 12
    assert len(by_bound.train.x) == 4096
    assert by_bound.rows_total is None
    assert "never ends" in by_bound.notes[0]


def test_single_rows_are_put_into_batches() -> None:
    """A pipeline without `batch` is batched by the recipe's size, and the report says so."""
    found = drawn(slices(X, Y), batch_size=5)

    assert (found.batch_size, found.batches_total) == (5, 4)
    assert "single rows" in found.notes[0]


@pytest.mark.parametrize(
    ("stream", "augmented", "reshuffled"),
    [
        (slices(X, Y).batch(4), False, False),
        (slices(X, Y).shuffle(20).batch(4), False, True),
        (slices(X, Y).shuffle(20, reshuffle_each_iteration=False).batch(4), False, False),
        (slices(X, Y).map(lambda a, b: (a + tf.random.uniform((3,), dtype=a.dtype), b)).batch(4), True, False),
        (
            slices(X, np.arange(20)).shuffle(20).map(lambda a, b: (a + tf.random.uniform((3,), dtype=a.dtype), b)).batch(4),
            True,
            True,
        ),
        (Batches(), False, False),
        (iter([(X, Y)]), None, None),
        ((X, Y), False, False),
    ],
    ids=["plain", "shuffled", "shuffled once", "augmented", "both", "PyDataset", "generator", "arrays"],
)
def test_a_second_pass_tells_what_the_pipeline_does(stream: Any, augmented: bool | None, reshuffled: bool | None) -> None:
    """Other values for the same rows are augmentation; the same rows in another order are shuffling."""
    tf.random.set_seed(0)

    found = drawn(stream)

    assert (found.augmented, found.reshuffled) == (augmented, reshuffled)


def test_class_weights_become_sample_weights() -> None:
    """Explicit ones are looked up, "balanced" weighs by the full data, and both kinds of weights at once are refused."""
    y = np.array([0] * 15 + [1] * 5)

    explicit, balanced = drawn((X, y), class_weight={1: 3.0}), drawn((X, y), class_weight="balanced")

    assert np.array_equal(explicit.train.weight, np.where(y == 1, 3.0, 1.0))
    assert balanced.train.weight[[0, -1]] == pytest.approx([20 / 30, 20 / 10])
    one_hot = drawn((X, np.eye(2)[y]), class_weight={1: 3.0})
    assert np.array_equal(one_hot.train.weight, explicit.train.weight)
    with pytest.raises(SubjectError, match="both sample weights and"):
        drawn((X, y, W), class_weight={1: 3.0})
    with pytest.raises(SubjectError, match="needs one array of targets"):
        drawn((X, {"a": y, "b": y}), class_weight={1: 3.0})


def test_batches_of_different_length_are_padded() -> None:
    """Sequences of other lengths get zeros at their ends, and the report says so."""
    short, long = np.ones((2, 3)), np.ones((2, 5))

    found = drawn(iter([(short, Y[:2]), (long, Y[:2])]))

    assert found.train.x.sum(axis=1).tolist() == [3, 3, 5, 5]
    assert any("padded" in note for note in found.notes)


def test_floats_of_arrays_are_cast_as_fit_does() -> None:
    """Arrays reach the model in Keras' float type, streams in their own; integers stay."""
    arrays: Any = as_fit_gives_it(drawn((X, Y)).train, "numpy")
    stream: Any = as_fit_gives_it(drawn(slices(X, Y).batch(4)).train, "tf.data")

    assert (arrays.x.dtype.name, arrays.y.dtype.name) == ("float32", Y.dtype.name)
    assert stream.x.dtype.name == "float64"


def test_progress_is_told_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long pass gives signs of life with the rows so far."""
    monkeypatch.setattr(stream_rows, "_SIGN_OF_LIFE", -1.0)
    told: list[str] = []
    stream_rows.take_stream(PyDatasetStream(Batches()), Fit(), 2**20, UserCode(Path("/nonexistent")).guarded, told.append)

    assert told[-1] == "reading the data: 20 rows"
