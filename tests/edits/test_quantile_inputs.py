"""Inputs by the normal scores of their ranks."""

import numpy as np
import pytest
import scipy.special  # type: ignore[import-untyped]  # scipy ships no types

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts

EDIT = Edit("quantile_inputs")
KIND = edit_kind("quantile_inputs")


def test_sentence() -> None:
    """It says what becomes of the inputs."""
    assert KIND.sentence(EDIT, facts()) == "replace the inputs by the normal scores of their ranks"


@pytest.mark.parametrize("shape", [(), (3,), (5, 2)])
def test_the_written_lines_run(shape: tuple[int, ...]) -> None:
    """They give every feature the spread of a normal variable."""
    x = np.random.default_rng(0).lognormal(0, 3, (400, *shape))
    subject = facts(inputs=[array(shape=shape, features=shape[-1] if shape else 1)])
    names = {"np": np, "scipy": scipy, "x": x}

    exec(KIND.patch(EDIT, subject), names)

    assert names["x"].shape == x.shape
    assert np.allclose(names["x"].std(axis=0), 1, atol=0.15)
    assert np.allclose(names["x"].reshape(-1, x.shape[-1] if shape else 1).mean(axis=0), 0, atol=1e-6)


def test_a_pipeline() -> None:
    """It is mapped."""
    assert "dataset.map" in KIND.patch(EDIT, facts(data={"kind": "tf.data"}))
