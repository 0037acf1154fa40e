"""Class ids counted from another number."""

from typing import Any

import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.edits.shift_labels import ShiftLabels
from dnndoctor.subject.engine import Engine, data
from dnndoctor.subject.engine.edited_rows import EditedRows
from dnndoctor.subject.labelled import Labelled, TargetKind
from tests.subject.edits.patient import X, Y, compared
from tests.subject.engine import kinds

DOWN, UP = Edit("shift_labels", {"by": -1}), Edit("shift_labels", {"by": 1})


@pytest.mark.slow
def test_the_same_as_written_by_hand(engine: Engine) -> None:
    """The losses are those of a script that moves its labels, and moving them back leaves nothing."""
    found = compared(engine, (UP, DOWN), y=Y)

    assert found.treated == found.untreated == pytest.approx(found.expected, rel=1e-4)
    assert found.own_steps == 0


def moved(y: Any, by: int, *, encoding: str = "class_ids", held_out: Any = None) -> Any:
    """The targets as the edit makes them."""
    given = Labelled((), (), (y,), (TargetKind("y", "multiclass", encoding),), (), True)
    rows = given if held_out is None else Labelled((), (), (held_out,), given.kinds, (), False)
    return ShiftLabels().change_targets(rows, {"by": by}, given).targets[0]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
def test_ids_move(dtype: str) -> None:
    """By the number, in their own dtype, held-out ones as well."""
    ids = np.arange(1, 11).astype(dtype)

    assert np.array_equal(moved(ids, -1), np.arange(10))
    assert moved(ids, -1).dtype == ids.dtype
    assert np.array_equal(moved(ids, -1, held_out=ids[:3]), np.arange(3))


def test_what_cannot_be_moved() -> None:
    """Classes below 0 are none, and one-hot rows and fractions are no ids."""
    with pytest.raises(CannotApplyError, match="below 0"):
        moved(np.arange(3), -1)
    with pytest.raises(CannotApplyError, match="No target"):
        moved(np.eye(3), 1, encoding="one_hot")
    with pytest.raises(CannotApplyError, match="No target"):
        moved(np.array([0.5, 1.5]), 1)


def test_scored_by_the_moved_labels() -> None:
    """What counts as right is what was trained on, among held-out rows too; other targets stay."""
    sample = Sample(X, {"kind": kinds.CLASSES, "size": kinds.NUMBERS})
    rows = data.rows_of(sample)
    edited = EditedRows(rows, rows, lambda: [False])

    for validation in (False, True):
        made: Any = edited.sample([UP], sample, validation=validation).y
        assert np.array_equal(made["kind"], kinds.CLASSES + 1)
        assert np.array_equal(made["size"], kinds.NUMBERS)
