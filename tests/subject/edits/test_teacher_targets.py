"""Targets of a teacher, in the form and with the distribution of the user's own."""

from typing import Any

import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError, applied
from dnndoctor.subject.labelled import Labelled, TargetKind

RANDOM = np.random.RandomState(5)
ROWS = 1200
X = (RANDOM.normal(size=(ROWS, 6)) * [1, 2, 3, 4, 5, 60] + 20).astype("float32")
IMAGES = RANDOM.normal(size=(ROWS, 6, 6, 2)).astype("float32") * RANDOM.uniform(0.2, 2, size=(ROWS, 1, 1, 1)).astype("float32")
TOKENS = RANDOM.randint(0, 30, (ROWS, 9)).astype("int32")
IDS = np.repeat([0, 3, 7], [600, 480, 120])


def taught(y: Any, task: str, encoding: str, x: Any = X, coded: bool = False, **details: Any) -> Any:
    """The targets that the teacher gives to the training rows."""
    rows = labelled(y, task, encoding, x, coded, **details)
    return applied(Edit("teacher_targets")).change_targets(rows, {}, rows).targets[0]


def labelled(y: Any, task: str, encoding: str, x: Any = X, coded: bool = False, *, training: bool = True) -> Labelled:
    return Labelled((x,), (coded,), (y,), (TargetKind("y", task, encoding),), (), training)


def told_by_a_line(features: Any, y: Any) -> float:
    """The naive check that it can be learnt: share of variance that least squares explains."""
    table = np.c_[np.ones(len(y)), features.reshape(len(y), -1)]
    rest = y - table @ np.linalg.lstsq(table, y, rcond=None)[0]
    return 1 - float(rest.var() / y.var())


@pytest.mark.parametrize("shape", [(ROWS,), (ROWS, 1)])
def test_class_ids(shape: tuple[int, ...]) -> None:
    """Values, shares, dtype and shape are the user's own; inputs tell the class."""
    y = RANDOM.permutation(IDS).astype("int16").reshape(shape)

    found = taught(y, "multiclass", "class_ids")

    assert (found.shape, found.dtype) == (y.shape, y.dtype)
    assert set(np.unique(found)) == {0, 3, 7}
    for value, share in ((0, 0.5), (3, 0.4), (7, 0.1)):
        assert np.mean(found == value) == pytest.approx(share, abs=0.04)
    common = np.where(found.reshape(-1) == 0, 1.0, 0.0)
    assert told_by_a_line(X, common) > 0.3
    assert abs(told_by_a_line(X, np.where(y.reshape(-1) == 0, 1.0, 0.0))) < 0.05


@pytest.mark.parametrize("encoding", ["one_hot", "probabilities"])
def test_rows_of_classes(encoding: str) -> None:
    """Each row is one class, with the user's mean shares."""
    y = (
        RANDOM.dirichlet([3, 2, 1], ROWS).astype("float32")
        if encoding == "probabilities"
        else np.eye(3)[RANDOM.randint(3, size=ROWS)]
    )

    found = taught(y, "multiclass", encoding)

    assert found.shape == y.shape
    assert np.array_equal(found.sum(axis=1), np.ones(ROWS))
    assert found.mean(axis=0) == pytest.approx(y.mean(axis=0), abs=0.04)


@pytest.mark.parametrize(("low", "encoding"), [(0, "binary"), (-1, "signed_binary")])
def test_two_classes(low: int, encoding: str) -> None:
    """The share of the rarer class is exact."""
    y = np.where(RANDOM.permutation(ROWS) < 150, 1, low).astype("float32")

    found = taught(y, "binary", encoding)

    assert set(np.unique(found)) == {low, 1}
    assert (found == 1).sum() == 150


def test_several_labels() -> None:
    """Each label keeps its own share."""
    y = (RANDOM.uniform(size=(ROWS, 3)) < [0.1, 0.5, 0.9]).astype("float32")

    found = taught(y, "multilabel", "multi_hot")

    assert found.mean(axis=0) == pytest.approx(y.mean(axis=0), abs=1e-6)


def test_numbers_keep_their_distribution() -> None:
    """The same values in another order: counts stay counts, and an outlier stays one; a line tells most of it."""
    counts = RANDOM.poisson(3, ROWS).astype("float64")
    counts[7] = 90

    found = taught(counts, "regression", "continuous")

    assert np.array_equal(np.sort(found), np.sort(counts))
    assert told_by_a_line(X, np.minimum(found, 15)) > 0.5


def test_bad_values_are_left_out() -> None:
    """NaN among the targets would keep any model from learning."""
    y = RANDOM.normal(size=ROWS)
    y[3] = np.nan

    assert np.isfinite(taught(y, "regression", "continuous")).all()


def test_a_class_at_every_position() -> None:
    """A mask of an image, and a tag for each word, are told by the position's own neighbourhood."""
    mask = (RANDOM.uniform(size=(ROWS, 6, 6, 1)) < 0.3).astype("float32")
    tags = RANDOM.randint(0, 4, TOKENS.shape)

    of_pixels = taught(mask, "multilabel", "multi_hot", IMAGES)
    of_words = taught(tags, "sequence_multiclass", "class_ids", TOKENS, coded=True)

    assert of_pixels.shape == mask.shape
    assert of_pixels.mean() == pytest.approx(mask.mean(), abs=1e-3)
    assert told_by_a_line(IMAGES.reshape(-1, 2), of_pixels.reshape(-1)) > 0.2
    by_word = [np.unique(of_words[np.equal(TOKENS, word)]) for word in range(30)]
    assert len(set(map(tuple, by_word))) > 1
    assert all(len(targets) == 1 for targets in by_word)


@pytest.mark.parametrize(("x", "coded"), [(IMAGES, False), (TOKENS, True)], ids=["images", "ids"])
def test_position_does_not_matter_to_a_row(x: Any, coded: bool) -> None:
    """What pooling loses does not change what the teacher says, so that pooled models can learn it."""
    y = RANDOM.normal(size=ROWS)
    rolled = np.roll(x, 2, axis=1)
    reference = labelled(y, "regression", "continuous", x, coded)

    found = applied(Edit("teacher_targets")).change_targets(labelled(y, "regression", "continuous", rolled, coded), {}, reference)
    plain = taught(y, "regression", "continuous", x, coded)

    assert np.corrcoef(found.targets[0], plain)[0, 1] > 0.999


def test_held_out_rows_take_the_training_rows_scales() -> None:
    """Equal inputs get equal targets, whichever rows stand beside them."""
    y = RANDOM.permutation(IDS)
    reference = labelled(y, "multiclass", "class_ids")
    few = labelled(y[:50], "multiclass", "class_ids", X[:50], training=False)

    found = applied(Edit("teacher_targets")).change_targets(few, {}, reference)

    assert np.array_equal(found.targets[0], taught(y, "multiclass", "class_ids")[:50])


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (Labelled((X,), (False,), (IDS,), (), (), True), "one to one"),
        (labelled(IDS, "unknown", "unknown"), "not known"),
        (labelled(IDS, "multiclass", "class_ids", np.ones_like(X)), "never differ"),
        (labelled(IDS, "multiclass", "class_ids", np.array([["a"]] * ROWS, object)), "never differ"),
    ],
    ids=["no outputs for them", "unknown encoding", "equal inputs", "text"],
)
def test_what_cannot_be_taught_is_refused(rows: Labelled, why: str) -> None:
    """With a sentence that says why."""
    with pytest.raises(CannotApplyError, match=why):
        applied(Edit("teacher_targets")).change_targets(rows, {}, rows)
