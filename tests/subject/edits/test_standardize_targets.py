"""Targets with mean zero and spread one."""

import numpy as np
import pytest

from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.edits.standardize_targets import StandardizeTargets
from dnndoctor.subject.labelled import Labelled, TargetKind

RNG = np.random.default_rng(0)
Y = (RNG.normal(size=(50, 2)) * 1000 + [5000, -3000]).astype("float32")


def _rows(y: np.ndarray, task: str, *, training: bool = True) -> Labelled:
    return Labelled((), (), (y,), (TargetKind("out", task, "continuous"),), (), training)


def test_validation_rows_are_scaled_by_the_training_rows() -> None:
    """Each entry is centred, one scale serves all, and the dtype stays."""
    train, held_out = _rows(Y, "regression"), _rows(Y[:5] + 1000, "regression", training=False)

    scaled, other = (StandardizeTargets().change_targets(rows, {}, train).targets[0] for rows in (train, held_out))

    centred = Y - Y.mean(axis=0)
    assert np.allclose(scaled, centred / centred.std(), atol=1e-4)
    assert np.allclose(other, (Y[:5] + 1000 - Y.mean(axis=0)) / centred.std(), atol=1e-4)
    assert scaled.dtype == np.float32


def test_classes_are_left_alone() -> None:
    """What names a class is no quantity."""
    rows = _rows((Y > 0).astype("float32"), "multilabel")

    with pytest.raises(CannotApplyError, match="No target"):
        StandardizeTargets().change_targets(rows, {}, rows)
