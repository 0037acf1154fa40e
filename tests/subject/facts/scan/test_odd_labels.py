"""Wrong labels show among rows that look alike; classes that overlap do not."""

import numpy as np
import pytest

from dnndoctor.evidence.row_scan import OddLabels
from dnndoctor.subject.facts.scan.odd_labels import odd_labels

RNG = np.random.default_rng(0)


def blobs(distance: float, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Normal clouds whose centres lie so many deviations apart, each along an axis of its own."""
    labels = RNG.integers(0, classes, 2000)
    return RNG.normal(size=(2000, classes)) + np.eye(classes)[labels] * distance / np.sqrt(2), labels


def flipped(labels: np.ndarray, share: float) -> np.ndarray:
    """Labels of which so many are others."""
    wrong = RNG.random(len(labels)) < share
    top = labels.max() + 1
    return np.where(wrong, (labels + RNG.integers(1, top, len(labels))) % top, labels)


def found(x: np.ndarray, labels: np.ndarray) -> OddLabels:
    """What is found of one input."""
    odd = odd_labels([(x, False)], labels, "out")
    assert odd is not None
    return odd


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
def test_the_unanimous_quarter_measures_the_share_of_wrong_labels(share: float) -> None:
    """Where neighbours are most unanimous, labels disagree as often as they were changed."""
    x, labels = blobs(5, classes=3)

    assert found(x, flipped(labels, share)).pure == pytest.approx(share, abs=0.04)


def test_classes_that_overlap_disagree_at_the_border_only() -> None:
    """Of clouds two deviations apart a sixth is wrong everywhere, and next to none where neighbours agree."""
    odd = found(*blobs(2))

    assert odd.error > 0.12
    assert odd.pure < 0.5 * odd.error


def test_clean_labels_disagree_nowhere() -> None:
    """Clouds far apart leave no row contradicted."""
    odd = found(*blobs(12))

    assert (odd.pure, odd.share, odd.rows) == (0, 0, ())


def test_a_rare_class_that_cannot_be_told_apart_leaves_the_common_one_alone() -> None:
    """Its rows are contradicted; those of the common class are not."""
    labels = (RNG.random(2000) < 0.08).astype(int)

    odd = found(RNG.normal(size=(2000, 4)), labels)

    assert odd.share > 0.04
    assert odd.in_common_classes < 0.01


def test_contradicted_rows_are_named_with_both_labels() -> None:
    """The rows that were changed are the ones that are named."""
    x, labels = blobs(12)
    wrong = labels.copy()
    wrong[[11, 500]] = 1 - wrong[[11, 500]]

    odd = found(x, wrong)

    assert odd.rows == (11, 500)
    assert odd.labels == tuple(wrong[[11, 500]])
    assert odd.of_neighbours == tuple(labels[[11, 500]])
