"""A column that is the target under another name."""

import numpy as np

from dnndoctor.evidence.row_scan import TellingColumn
from dnndoctor.subject.facts.scan.telling import telling_column

RNG = np.random.default_rng(0)
X = RNG.normal(size=(500, 6))
LABELS = RNG.integers(0, 3, 500)
Y = RNG.normal(size=(500, 1))


def told(
    x: np.ndarray, labels: np.ndarray | None = None, values: np.ndarray | None = None, distinct: int = 500
) -> TellingColumn | None:
    """What is found of one input."""
    return telling_column(x, "x", labels, values, "out", distinct=distinct)


def test_a_relabelled_class_and_a_multiple_are_found() -> None:
    """One value for each class, whatever the value, and a multiple of a number with an offset."""
    of_class, of_number = X.copy(), X.copy()
    of_class[:, 4] = np.array([7.0, -1.0, 0.5])[LABELS]
    of_number[:, 2] = 3 - 2 * Y[:, 0]

    one, other = told(of_class, labels=LABELS), told(of_number, values=Y)

    assert one is not None
    assert (one.column, one.how) == (4, "has one value for each class")
    assert other is not None
    assert (other.column, other.how) == (2, "is a multiple of the target")


def test_a_feature_that_merely_predicts_is_no_leak() -> None:
    """A threshold on a continuous feature, a feature with noise, and one wrong row."""
    nearly = X.copy()
    nearly[:, 1] = LABELS
    nearly[17, 1] += 1
    noisy = X.copy()
    noisy[:, 3] = Y[:, 0] + RNG.normal(size=500) * 1e-3

    assert told(X, labels=(X[:, 0] > 0).astype(int)) is None
    assert told(nearly, labels=LABELS) is None
    assert told(noisy, values=Y) is None


def test_tables_of_cases_and_copies_are_left_out() -> None:
    """A truth table's column may be the answer; where most columns are the target, copying is the task."""
    table = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 20)

    assert told(table, labels=table[:, 0], distinct=4) is None
    assert told(np.repeat(Y, 4, axis=1), values=Y) is None
    assert told(Y, values=Y) is None
