"""Zeros for inputs."""

import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import applied
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared


@pytest.mark.slow
def test_zeros_are_the_inputs_written_so(engine: Engine) -> None:
    """The losses are those of a script that passes zeros with the same targets; nothing is traced anew."""
    found = compared(engine, (Edit("zero_inputs"),), x=np.zeros_like(X))

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0  # nothing was traced anew
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
def test_every_dtype_has_its_zero(dtype: str) -> None:
    """Shape and dtype stay."""
    leaf = tf.constant(np.ones((3, 2), dtype))

    zeros = applied(Edit("zero_inputs")).change_inputs(leaf, {}, leaf)

    assert (zeros.dtype, zeros.shape) == (leaf.dtype, leaf.shape)
    assert not np.any(zeros.numpy())


def test_text_becomes_empty() -> None:
    """Text has a zero, too."""
    leaf = tf.constant([["a"], ["b"]])

    zeros = applied(Edit("zero_inputs")).change_inputs(leaf, {}, leaf)

    assert zeros.numpy().tolist() == [[b""], [b""]]
