"""The teacher's features, against naive ways to compute them."""

import numpy as np

from dnndoctor.subject.labelled import Labelled
from dnndoctor.subject.teacher import COMPONENTS, Teacher, _basis, _projected

RANDOM = np.random.RandomState(3)
X = (RANDOM.normal(size=(400, 12)) @ RANDOM.normal(size=(12, 12)) * np.linspace(9, 1, 12)).astype("float32")


def labelled(x: np.ndarray) -> Labelled:
    return Labelled((x,), (False,), (np.zeros(len(x)),), (), (), training=True)


def test_components_are_those_of_a_full_decomposition() -> None:
    """The subspace iteration finds what a singular value decomposition finds."""
    mean, directions = _basis(X)
    exact = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][:COMPONENTS]

    inside = exact @ (directions / np.linalg.norm(directions, axis=0))

    assert np.allclose(mean, X.mean(axis=0), atol=1e-4)
    assert np.allclose(np.linalg.norm(inside[:2], axis=1), 1, atol=0.02)
    spreads = _projected(X, (mean, directions)).std(axis=0)
    assert spreads.max() < 1.1
    assert spreads.min() > 0


def test_scales_do_not_matter() -> None:
    """A feature in other units says the same."""
    scaled = (X * np.logspace(-3, 6, 12) + 1e3).astype("float32")

    plain, other = (Teacher(labelled(x)).by_row((x,), 1, 0)[:, 0] for x in (X, scaled))

    assert abs(np.corrcoef(plain, other)[0, 1]) > 0.99


def test_scores_differ_between_targets_and_not_between_runs() -> None:
    """Two outputs are two questions; a question stays the same."""
    teacher = Teacher(labelled(X))

    assert np.array_equal(teacher.by_row((X,), 3, 0), Teacher(labelled(X)).by_row((X,), 3, 0))
    assert not np.allclose(teacher.by_row((X,), 3, 0), teacher.by_row((X,), 3, 1))


def test_large_images_are_thinned() -> None:
    """A picture of many positions is read at some of them, and the answer is nearly that of all."""
    images = np.repeat(np.repeat(RANDOM.normal(size=(50, 16, 16, 1)), 8, 1), 8, 2).astype("float32")

    scores = Teacher(labelled(images)).by_row((images,), 1, 0)

    assert scores.shape == (50, 1)
    assert scores.std() > 0


def test_positions_that_no_input_has() -> None:
    """There is no neighbourhood to look at."""
    assert Teacher(labelled(X)).by_position((X,), (5,), 2, 0) is None
