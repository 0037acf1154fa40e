"""Predictions are decoded by task and encoding, and compared with the best constant on the same rows."""

from typing import Any

import numpy as np
import pytest

from dnndoctor.subject.scoring import score_output, takes_logits


@pytest.mark.parametrize(
    ("predictions", "targets", "task", "encoding", "logits", "error", "skill"),
    [
        ([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]], [0, 1, 1, 1], "multiclass", "class_ids", False, 0.25, 0.0),
        ([[0.9, 0.1], [0.2, 0.8]], [[1, 0], [0, 1]], "multiclass", "one_hot", False, 0.0, 1.0),
        ([[np.nan, 0.1], [0.2, 0.8]], [0, 1], "multiclass", "class_ids", False, 0.5, 0.0),
        ([[1.2], [0.4], [1.8]], [1, 0, 2], "multiclass", "class_ids", False, 0.0, 1.0),
        ([[0.7], [0.2], [0.4], [0.6]], [1, 0, 1, 0], "binary", "binary", False, 0.5, 0.0),
        ([[0.7], [-0.2], [0.4], [-3.0]], [1, 0, 1, 0], "binary", "binary", True, 0.0, 1.0),
        ([[0.7], [-0.2], [0.4], [-3.0]], [1, 0, 1, 0], "binary", "binary", False, 0.25, 0.5),
        ([[0.1], [-0.2]], [1, -1], "binary", "signed_binary", None, 0.0, 1.0),
        ([[0.3, 0.7], [0.6, 0.4]], [1, 0], "binary", "binary", False, 0.0, 1.0),
        ([[0.9, 0.1], [0.1, 0.2]], [[1, 0], [0, 1]], "multilabel", "multi_hot", False, 0.25, 0.5),
        ([[1.0], [2.0], [3.0]], [1.0, 2.0, 6.0], "regression", "continuous", False, 3.0, 1 - 3.0 / (14 / 3)),
        ([[np.inf], [2.0]], [0.0, 2.0], "regression", "continuous", False, 1.0, 0.0),
        ([[[0.9, 0.1], [0.2, 0.8]]], [[0, 0]], "sequence_multiclass", "class_ids", False, 0.5, None),
        ([[0.5]], [[1.0, 2.0]], "regression", "continuous", False, None, None),
        ([[0.5]], [[1.0]], "unknown", "unknown", False, None, None),
    ],
)
def test_error_and_skill(
    predictions: Any, targets: Any, task: str, encoding: str, logits: bool, error: float | None, skill: float | None
) -> None:
    """By hand."""
    score = score_output(np.array(predictions), np.array(targets), task, encoding, logits)

    assert score.error == (None if error is None else pytest.approx(error))
    assert score.skill == (None if skill is None else pytest.approx(skill))


def test_moments_leave_out_what_is_not_finite() -> None:
    """Counts, range and spread."""
    score = score_output(np.array([[0.0, 2.0], [np.nan, 2.0]]), None, "unknown", "unknown", None)

    assert (score.minimum, score.maximum, score.nonfinite) == (0.0, 2.0, 1)
    assert score.varies == 0.0
    assert score.outside_unit == pytest.approx(2 / 3)


def test_losses_on_logits() -> None:
    """Names, and losses of the user's own."""
    assert takes_logits("hinge") is True
    assert takes_logits("mse") is False
    assert takes_logits(lambda true, predicted: true - predicted) is None


@pytest.mark.parametrize("weights", [[1.0, 0.5, 0.0], [[1.0], [0.5], [0.0]]])
def test_what_has_no_weight_does_not_count(weights: Any) -> None:
    """A row of weight 0 is not asked of the model; one of half the weight is a whole error."""
    predictions, targets = np.array([[0.9], [0.2], [0.1]]), np.array([[1.0], [0.0], [1.0]])

    weighted = score_output(predictions, targets, "binary", "binary", False, np.array(weights))
    plain = score_output(predictions, targets, "binary", "binary", False)

    assert (weighted.error, weighted.skill) == (0.0, 1.0)
    assert plain.error == pytest.approx(1 / 3)


def test_steps_without_weight_do_not_count() -> None:
    """Weights by step mask the padding of sequences."""
    predictions = np.array([[[0.9, 0.1], [0.2, 0.8], [0.9, 0.1]], [[0.3, 0.7], [0.6, 0.4], [0.6, 0.4]]])
    targets = np.array([[0, 1, 1], [1, 0, 1]])

    masked = score_output(predictions, targets, "sequence_multiclass", "class_ids", False, np.array([[1, 1, 0], [1, 1, 0]]))

    assert (masked.error, masked.skill) == (0.0, 1.0)


def test_weights_of_another_form_change_nothing() -> None:
    """Weights that are all zero, or of no known form, leave the score of all rows."""
    predictions, targets = np.array([[0.9], [0.2]]), np.array([[1.0], [1.0]])

    for weights in (np.zeros(2), np.ones(3)):
        assert score_output(predictions, targets, "binary", "binary", False, weights).error == 0.5
