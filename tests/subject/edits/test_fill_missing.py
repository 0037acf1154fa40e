"""Missing inputs filled in by their feature's median."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.edits import applied
from dnndoctor.subject.engine import Engine, data
from dnndoctor.subject.engine.edited_rows import EditedRows
from tests.subject.edits.patient import compared
from tests.subject.engine import kinds

EDIT = Edit("fill_missing")


def filled(leaf: Any, reference: Any = None, **parameters: float) -> Any:
    """The leaf as the edit makes it."""
    tensor = tf.constant(leaf)
    return applied(EDIT).change_inputs(tensor, parameters, tensor if reference is None else tf.constant(reference)).numpy()


@pytest.mark.slow
def test_where_nothing_is_missing_nothing_changes(engine: Engine) -> None:
    """The losses are those of the user's own data, by the user's own step."""
    found = compared(engine, (EDIT,))

    assert found.treated == found.untreated == pytest.approx(found.expected, rel=1e-4)


def test_the_median_of_what_is_known() -> None:
    """For each feature of the last axis, from the training sample for held-out rows too."""
    train = np.array([[1, 50], [3, np.nan], [2, 70], [np.inf, 60]], "float32")
    held_out = np.array([[np.nan, -np.inf], [9, 9]], "float32")

    assert np.array_equal(filled(train), [[1, 50], [3, 60], [2, 70], [2, 60]])
    assert np.array_equal(filled(held_out, train), [[2, 60], [9, 9]])


def test_a_number_that_stands_for_missing_values() -> None:
    """It counts for nothing, and is filled in; whole numbers become floats where they have to."""
    assert np.array_equal(filled(np.array([1, -999, 4, 2], "int64"), value=-999.0), [1, 2, 4, 2])
    assert np.array_equal(filled(np.full((3, 1), np.nan, "float32")), np.zeros((3, 1)))


def test_codes_stay() -> None:
    """A median of ids is no id."""
    rows = data.rows_of(Sample({"ids": kinds.TOKENS, "x": np.where(kinds.X > 2, np.nan, kinds.X)}, kinds.CLASSES))

    made = EditedRows(rows, None, lambda: [True, False]).train([EDIT])

    assert made.leaves[0] is rows.leaves[0]
    assert np.isfinite(made.leaves[1]).all()
