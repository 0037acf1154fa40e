"""Inputs by their orders of magnitude."""

import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import applied
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared

EDIT = Edit("log_inputs")


@pytest.mark.slow
def test_the_same_as_written_by_hand(engine: Engine) -> None:
    """The losses are those of a script that passes the logarithm, negative values by their sign."""
    found = compared(engine, (EDIT,), x=np.sign(X) * np.log1p(np.abs(X)))

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_zero_sign_and_size() -> None:
    """Zero stays, signs stay, and eight orders of magnitude become eighteen units."""
    leaf = tf.constant([0.0, 1e8, -1e8, np.nan, np.inf])

    made = applied(EDIT).change_inputs(leaf, {}, leaf).numpy()

    assert np.allclose(made, [0, 18.4207, -18.4207, np.nan, np.inf], equal_nan=True)
