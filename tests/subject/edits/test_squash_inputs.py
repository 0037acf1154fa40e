"""Inputs squashed into (-1, 1)."""

import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError, applied
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared

EDIT = Edit("squash_inputs", {"scale": 0.5})


@pytest.mark.slow
def test_the_same_as_written_by_hand(engine: Engine) -> None:
    """The losses are those of a script that passes tanh(x / scale)."""
    found = compared(engine, (EDIT,), x=np.tanh(X / 0.5))

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


@pytest.mark.slow
def test_edits_compose_in_order(engine: Engine) -> None:
    """Standardising after squashing is another thing than squashing after standardising, and each is as written."""
    squashed = np.tanh(X / 0.5)
    squashed_first = (squashed - squashed.mean((0, 1, 2))) / squashed.std((0, 1, 2))
    squashed_last = np.tanh((X - X.mean((0, 1, 2))) / X.std((0, 1, 2)) / 0.5)
    standardize = Edit("standardize_inputs")

    first, last = compared(engine, (EDIT, standardize), x=squashed_first), compared(engine, (standardize, EDIT), x=squashed_last)

    assert first.treated == pytest.approx(first.expected, rel=1e-4)
    assert last.treated == pytest.approx(last.expected, rel=1e-4)
    assert first.treated != pytest.approx(last.treated, rel=1e-4)


def test_whole_numbers() -> None:
    """Whole numbers become floats between -1 and 1."""
    leaf = tf.constant([[-300, 0, 1]], tf.int32)

    made = applied(EDIT).change_inputs(leaf, {"scale": 2.0}, leaf)

    assert np.allclose(made.numpy(), np.tanh([[-150, 0, 0.5]]), atol=1e-6)


def test_a_scale_of_nothing_is_refused() -> None:
    """A scale has to be above zero."""
    leaf = tf.constant([[1.0]])

    with pytest.raises(CannotApplyError, match="scale"):
        applied(EDIT).change_inputs(leaf, {"scale": 0.0}, leaf)
