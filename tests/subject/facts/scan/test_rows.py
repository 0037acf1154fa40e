"""Equal rows, their targets, and rows on both sides of a split; each figure against a plain count."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from dnndoctor.subject.facts.scan.part import Target
from dnndoctor.subject.facts.scan.rows import duplicates, overlap, row_hashes

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "array",
    [
        RNG.integers(0, 3, (400, 4)),
        RNG.integers(0, 17, (800, 64)).astype(np.float64),
        np.round(RNG.random((500, 3)), 1).astype(np.float32),
        RNG.integers(0, 2, (300, 9)).astype(np.uint8),
        RNG.integers(0, 2, (300, 9)).astype(bool),
        RNG.choice(np.array(["red", "green", "b"]), (100, 2)),
        RNG.integers(0, 40, 200),
    ],
    ids=["ids", "floats of few digits", "rounded", "bytes", "flags", "text", "plain numbers"],
)
def test_hashes_are_equal_where_rows_are(array: np.ndarray) -> None:
    """There are as many different hashes as different rows, and equal rows have equal ones."""
    hashes = row_hashes([array])
    rows = [row.tobytes() for row in array]

    assert len(set(hashes.tolist())) == len(set(rows))
    assert len({*zip(hashes.tolist(), rows, strict=True)}) == len(set(rows))


def test_all_inputs_count_and_negative_zero_is_zero() -> None:
    """Rows that differ in the second input only are different; 0.0 and -0.0 are not."""
    one, two = np.zeros((2, 3)), np.array([1, 2])

    assert len(set(row_hashes([one, two]).tolist())) == 2
    assert len(set(row_hashes([np.array([[0.0], [-0.0]])]).tolist())) == 1


def test_a_row_that_holds_a_nan_equals_no_other() -> None:
    """Rows whose values were lost are not copies of each other, nor do their labels contradict."""
    array = np.array([[np.nan, 1.0], [np.nan, 1.0], [2.0, 1.0], [2.0, 1.0]])

    assert len(set(row_hashes([array]).tolist())) == 3


def test_the_ceiling_of_conflicting_labels_agrees_with_a_plain_count() -> None:
    """The best any function can do is to give each group of equal rows its most frequent label."""
    x, labels = RNG.integers(0, 3, (500, 3)), RNG.integers(0, 4, 500)
    groups: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for row, label in zip(map(tuple, x.tolist()), labels.tolist(), strict=True):
        groups[row][label] += 1

    found = duplicates(row_hashes([x]), [(x, False)], Target("out", labels=labels))

    assert found.distinct == len(groups)
    assert found.ceiling == pytest.approx(sum(max(group.values()) for group in groups.values()) / 500)
    assert found.conflict is not None
    one, other = found.conflict
    assert x[one].tolist() == x[other].tolist()
    assert labels[one] != labels[other]


def test_the_variance_between_equal_rows_agrees_with_a_plain_count() -> None:
    """For numbers, what no function of the inputs explains is the variance inside the groups."""
    x, y = RNG.integers(0, 5, (300, 1)), RNG.normal(size=(300, 1))
    inside = sum(((y[x[:, 0] == each] - y[x[:, 0] == each].mean()) ** 2).sum() for each in range(5))

    found = duplicates(row_hashes([x]), [(x, False)], Target("out", values=y))

    assert found.unexplained == pytest.approx(inside / ((y - y.mean()) ** 2).sum())


def test_only_inputs_with_many_possible_values_are_continuous() -> None:
    """Categories, whole numbers in a narrow range and lists of cases meet by chance; measurements and pictures do not."""
    measured = RNG.normal(size=(1000, 4))
    pictures = RNG.integers(0, 256, (300, 8, 8)).astype(np.uint8)
    chance = [
        RNG.integers(0, 5, (1000, 3)),
        RNG.integers(15_000, 25_000, (1000, 1)).astype(float),
        RNG.integers(0, 500, (1000, 2)),
        np.repeat(measured[:4], 50, axis=0),
    ]

    for array in (measured, pictures, np.round(RNG.normal(size=(1000, 8)), 2)):
        assert duplicates(row_hashes([array]), [(array, False)], None).continuous
    for array in chance:
        assert not duplicates(row_hashes([array]), [(array, False)], None).continuous


def test_a_few_ids_are_never_continuous() -> None:
    """Users and goods come again; long texts do not."""
    pairs, texts = RNG.integers(0, 10**6, (500, 3)), RNG.integers(0, 1000, (500, 60))

    assert not duplicates(row_hashes([pairs]), [(pairs, True)], None).continuous
    assert duplicates(row_hashes([texts]), [(texts, True)], None).continuous


def test_rows_with_a_twin_are_as_frequent_as_the_overlap_of_a_random_split() -> None:
    """Of rows that repeat anyway, as many training rows have a twin as validation rows are found in training."""
    lot = RNG.normal(size=(900, 3))[RNG.integers(0, 900, 2000)]
    hashes = row_hashes([lot])

    found = duplicates(hashes[:1600], [(lot[:1600], False)], None)

    assert found.shared == pytest.approx(np.mean([np.sum(hashes[:1600] == each) > 1 for each in hashes[:1600]]))
    assert found.shared == pytest.approx(overlap(hashes[:1600], hashes[1600:]).share, abs=0.05)


def test_the_overlap_agrees_with_a_plain_count() -> None:
    """Validation rows are found among the training rows, with the place of the first."""
    x = RNG.normal(size=(400, 5))
    validation = np.concatenate([RNG.normal(size=(50, 5)), x[300:330]])

    found = overlap(row_hashes([x]), row_hashes([validation]))

    assert found.share == pytest.approx(30 / 80)
    assert found.pair == (50, 300)
    assert overlap(row_hashes([x]), row_hashes([validation[:50]])).pair is None


def test_windows_that_overlap_in_part_are_not_equal() -> None:
    """The last training windows of a series share values with the first validation windows, and are other rows."""
    series = RNG.normal(size=500)
    windows = np.stack([series[start : start + 24] for start in range(470)])[..., None]

    assert overlap(row_hashes([windows[:400]]), row_hashes([windows[400:]])).share == 0
