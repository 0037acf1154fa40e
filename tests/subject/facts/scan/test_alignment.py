"""Inputs tell the targets of their own row, or those of another."""

import numpy as np
import pytest

from dnndoctor.evidence.row_scan import Alignment
from dnndoctor.subject.facts.scan.alignment import alignment
from dnndoctor.subject.facts.scan.part import Target
from dnndoctor.subject.facts.scan.vectors import nearest, row_vectors

RNG = np.random.default_rng(0)
CENTRES = RNG.normal(size=(4, 10))
LABELS = RNG.integers(0, 4, 900)
X = CENTRES[LABELS] * 1.5 + RNG.normal(size=(900, 10))
Y = (X @ RNG.normal(size=10) + RNG.normal(size=900))[:, None]


def aligned(
    x: np.ndarray, *, labels: np.ndarray | None = None, values: np.ndarray | None = None, codes: bool = False
) -> Alignment:
    """What is found of one input."""
    found = alignment([(x, codes)], Target("out", labels=labels, values=values))
    assert found is not None
    return found


def misaligned(found: Alignment) -> bool:
    """As the rule decides."""
    return found.own < 3 and found.best >= 10 and not found.in_sequence


@pytest.mark.parametrize("shift", [-3, -1, 1, 2])
def test_shifted_targets_are_found_with_their_shift(shift: int) -> None:
    """Targets rolled by some rows belong to the rows that many further on, for classes and for numbers."""
    of_classes = aligned(X, labels=np.roll(LABELS, shift))
    of_numbers = aligned(X, values=np.roll(Y, shift, axis=0))

    assert misaligned(of_classes)
    assert misaligned(of_numbers)
    assert of_classes.shift == of_numbers.shift == shift


def test_reversed_targets_are_found() -> None:
    """Targets from end to start are one of the orders that are tried."""
    found = aligned(X, labels=LABELS[::-1])

    assert misaligned(found)
    assert found.shift is None


def test_pictures_and_ids_are_read_as_well() -> None:
    """Pictures are projected, ids become random vectors."""
    pictures = np.zeros((900, 12, 12, 1), dtype=np.float32)
    pictures[np.arange(900), LABELS * 3] = 1
    pictures += RNG.normal(size=pictures.shape).astype(np.float32) * 0.5
    ids = np.where(
        RNG.random((900, 20)) < 0.5, LABELS[:, None] * 10 + RNG.integers(0, 10, (900, 20)), RNG.integers(0, 200, (900, 20))
    )

    assert aligned(pictures, labels=LABELS).own > 10
    assert misaligned(aligned(pictures, labels=np.roll(LABELS, 1)))
    assert aligned(ids, labels=LABELS, codes=True).own > 10
    assert misaligned(aligned(ids, labels=np.roll(LABELS, 1), codes=True))


def test_rows_as_they_belong_are_not_misaligned() -> None:
    """Right pairs stand out themselves; pairs in random order do so in no order."""
    right = aligned(X, labels=LABELS)
    shuffled = aligned(X, labels=RNG.permutation(LABELS))

    assert right.own > 10
    assert shuffled.own < 4
    assert shuffled.best < 6
    assert not misaligned(right)
    assert not misaligned(shuffled)


@pytest.mark.parametrize("series", [RNG.normal(size=1500), np.cumsum(RNG.normal(size=1500)), np.sin(np.arange(1500) / 7)])
def test_windows_on_a_series_are_recognised(series: np.ndarray) -> None:
    """The target of the row before stands in the window, however little the window tells of its own target."""
    x = np.stack([series[start : start + 12] for start in range(1400)])
    normed = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
    following = series[12:1412, None]
    change = following - series[11:1411, None]

    for windows, values in ((x, following), (x[..., None], change), (normed[..., None], change)):
        assert not misaligned(aligned(windows, values=values))
    assert not misaligned(aligned(series[:1400, None], values=series[1:1401, None]))


def test_pairs_that_share_an_anchor_are_not_misaligned() -> None:
    """Rows of one anchor beside a partner and a stranger, in turn, as contrastive data have them."""
    anchors = np.repeat(RNG.normal(size=(400, 8)), 2, axis=0)
    labels = np.tile([1, 0], 400)
    partners = np.where(labels[:, None] == 1, anchors, RNG.normal(size=(800, 8))) + RNG.normal(size=(800, 8)) * 0.1

    found = alignment([(anchors, False), (partners, False)], Target("out", labels=labels))

    assert found is not None
    assert not misaligned(found)


def test_columns_that_were_sorted_one_by_one_are_seen() -> None:
    """`np.sort(x, axis=0)` makes all columns rise; one sorted column is a grid, and sorted targets go with it."""
    assert aligned(np.sort(X, axis=0), labels=LABELS).sorted_inputs
    assert not aligned(X, labels=LABELS).sorted_inputs
    assert not aligned(np.sort(X[:, :1], axis=0), labels=LABELS).sorted_inputs
    assert not aligned(np.sort(X, axis=0), values=np.sort(Y, axis=0)).sorted_inputs


def test_what_cannot_be_asked_is_left_out() -> None:
    """A handful of rows, text, and targets that never differ."""
    text = np.array(["a", "b"] * 100)

    assert alignment([(X[:30], False)], Target("out", labels=LABELS[:30])) is None
    assert alignment([(text, False)], Target("out", labels=LABELS[:200])) is None
    assert alignment([(X, False)], Target("out", values=np.zeros((900, 1)))) is None


def test_nearest_rows_agree_with_all_distances() -> None:
    """The neighbours are those that sorting all distances gives, the row itself left out."""
    vectors = RNG.normal(size=(80, 5)).astype(np.float32)
    distances = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)

    found = nearest(vectors, 4)

    assert [set(row) for row in found] == [set(row[1:5]) for row in np.argsort(distances, axis=1)]


def test_outliers_and_scales_of_columns_do_not_count() -> None:
    """Tables are taken by rank, so another unit or one absurd value changes next to nothing."""
    table = X[:200].copy()
    table[5, 0] = 1e9

    plain = row_vectors([(X[:200], False)], np.arange(200))
    other = row_vectors([(table * np.logspace(-3, 3, 10), False)], np.arange(200))

    assert plain is not None
    assert other is not None
    assert np.abs(plain - other).max() < 1.2  # of one value that went from the middle to the end
    assert np.median(np.abs(plain - other)) < 0.01
