"""Targets drawn anew for the training rows."""

import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.engine import Engine, data
from dnndoctor.subject.engine.edited_rows import EditedRows
from tests.subject.edits.patient import Y, compared
from tests.subject.engine import kinds

RANDOM = Edit("random_labels", {"seed": 4})
DRAWN = np.random.RandomState(4).randint(kinds.ROWS, size=kinds.ROWS)


@pytest.mark.slow
def test_they_are_the_targets_drawn_by_hand(engine: Engine) -> None:
    """The losses are those of a script that draws from its own targets."""
    found = compared(engine, (RANDOM,), y=Y[DRAWN])

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_held_out_rows_keep_theirs() -> None:
    """Only what is trained on is drawn, with replacement."""
    rows = data.rows_of(Sample(kinds.X, kinds.NUMBERS, kinds.WEIGHTS))
    edited = EditedRows(rows, rows, lambda: [False])

    train, held_out = edited.train([RANDOM]), edited.validation([RANDOM])

    assert held_out is not None
    assert np.array_equal(train.leaves[1].numpy(), kinds.NUMBERS[DRAWN])
    assert np.array_equal(train.leaves[2].numpy(), kinds.WEIGHTS[DRAWN])
    assert len(np.unique(train.leaves[1].numpy())) < len(np.unique(kinds.NUMBERS))
    assert np.array_equal(held_out.leaves[1].numpy(), kinds.NUMBERS)


@pytest.mark.slow
def test_a_handful_differs_in_the_drawn_targets() -> None:
    """The rows of a tiny set are chosen by the targets that they are trained on."""
    engine = Engine(kinds.KINDS["plain"].blueprint(), cores=1, alive=lambda _: None)
    found: list[Outcome] = []

    engine.run([Trial((RANDOM,), rows=5, steps=300)], on_progress=lambda _: None, deadline=None, on_outcome=found.append)

    score = found[0].scores.train
    assert score is not None
    assert score.skill == 1.0  # None, if one class alone were among them
