"""Targets in another order among the training rows."""

import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import Engine, data
from dnndoctor.subject.engine.edited_rows import EditedRows
from tests.subject.edits.patient import Y, compared
from tests.subject.engine import kinds

SHUFFLED = Edit("shuffled_labels", {"seed": 4})
ORDER = np.random.RandomState(4).permutation(kinds.ROWS)


@pytest.mark.slow
def test_they_are_the_targets_shuffled_by_hand(engine: Engine) -> None:
    """The losses are those of a script that shuffles the targets alone; nothing is traced anew."""
    found = compared(engine, (SHUFFLED,), y=Y[ORDER])

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_all_targets_go_together_and_take_their_weights() -> None:
    """A row keeps its inputs and gets all targets and the weight of one other row; held-out rows keep theirs."""
    sample = Sample(kinds.X, {"kind": kinds.CLASSES, "size": kinds.NUMBERS}, kinds.WEIGHTS)
    rows = data.rows_of(sample)
    edited = EditedRows(rows, rows, lambda: [False])

    train, held_out = edited.train([SHUFFLED]), edited.validation([SHUFFLED])

    assert held_out is not None
    x, kind, size, weight = (leaf.numpy() for leaf in train.leaves)
    assert np.array_equal(x, kinds.X)
    assert np.array_equal(kind, kinds.CLASSES[ORDER])
    assert np.array_equal(size, kinds.NUMBERS[ORDER])
    assert np.array_equal(weight, kinds.WEIGHTS[ORDER])
    assert all(np.array_equal(one, other) for one, other in zip(held_out.leaves, rows.leaves, strict=True))


def test_scored_by_the_shuffled_targets() -> None:
    """Training skill is on what was trained on, and the user's own arrays elsewhere."""
    sample = Sample(kinds.X, kinds.CLASSES)
    edited = EditedRows(data.rows_of(sample), None, lambda: [False])

    assert np.array_equal(edited.sample([SHUFFLED], sample, validation=False).y, kinds.CLASSES[ORDER])  # type: ignore[arg-type]  # one array
    assert edited.sample([Edit("zero_inputs")], sample, validation=False) is sample
    assert edited.sample([SHUFFLED], sample, validation=True) is sample


def test_without_targets() -> None:
    """There is nothing to shuffle."""
    with pytest.raises(CannotApplyError, match="no targets"):
        EditedRows(data.rows_of(Sample(kinds.X)), None, lambda: [False]).train([SHUFFLED])
