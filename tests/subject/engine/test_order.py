"""Which rows are trained on, and in which order."""

import itertools

import numpy as np
import pytest

from dnndoctor.subject.engine import order

ROWS = np.arange(10, 20, dtype=np.int32)


def test_a_stream_is_one_permutation_after_another() -> None:
    """Laid end to end, every pass holds each row once, and no pass is like the one before."""
    taken = order.stream(ROWS, 15, 4, seed=3, shuffle=True)
    passes = taken.reshape(6, 10)

    assert taken.shape == (15, 4)
    assert all(sorted(one) == ROWS.tolist() for one in passes)
    assert len({tuple(one) for one in passes}) == 6


def test_every_batch_size_sees_the_rows_in_the_same_order() -> None:
    """A batch reaches over the end of a pass, so only the cuts differ."""
    threes = order.stream(ROWS, 10, 3, seed=1, shuffle=True)
    fives = order.stream(ROWS, 6, 5, seed=1, shuffle=True)

    assert threes.ravel().tolist() == fives.ravel().tolist()


def test_the_order_is_the_seeds_alone() -> None:
    """The same seed gives the same order, another one another; more steps go on where fewer ended."""
    one, again, other = (order.stream(ROWS, 8, 4, seed=seed, shuffle=True) for seed in (5, 5, 6))

    assert one.tolist() == again.tolist()
    assert one.tolist() != other.tolist()
    assert order.stream(ROWS, 20, 4, seed=5, shuffle=True)[:8].tolist() == one.tolist()


def test_without_shuffling_the_users_order_stays() -> None:
    """A recipe that does not shuffle sees the rows as they come, over and over."""
    taken = order.stream(ROWS, 5, 4, seed=9, shuffle=False)

    assert taken.ravel().tolist() == [*ROWS, *ROWS]


@pytest.mark.parametrize(("size", "lengths"), [(4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (16, [10]), (1, [1] * 10)])
def test_epochs_end_with_a_partial_batch(size: int, lengths: list[int]) -> None:
    """As `fit` does it: one pass each, and what is left over makes the last, short batch."""
    first, second = itertools.islice(order.epochs(ROWS, size, seed=2, shuffle=True), 2)

    assert [len(batch) for batch in first] == [len(batch) for batch in second] == lengths
    assert sorted(np.concatenate(first)) == sorted(np.concatenate(second)) == ROWS.tolist()
    assert np.concatenate(first).tolist() != np.concatenate(second).tolist()


def test_epochs_without_shuffling_are_alike() -> None:
    """Every epoch is the user's order."""
    first, second = itertools.islice(order.epochs(ROWS, 4, seed=2, shuffle=False), 2)

    assert np.concatenate(first).tolist() == np.concatenate(second).tolist() == ROWS.tolist()


@pytest.mark.parametrize("targets", ["ids", "column", "one-hot", "float ids", "text"])
def test_tiny_sets_take_each_class_in_turn(targets: str) -> None:
    """Of 100 rows with two rare classes among four, so many rows as classes hold them all, and twice as many hold each twice."""
    ids = np.array([0] * 60 + [1] * 36 + [2] * 2 + [3] * 2)
    given = {
        "ids": ids,
        "column": ids[:, None],
        "one-hot": np.eye(4, dtype="float32")[ids],
        "float ids": ids.astype("float32"),
        "text": np.array(list("abcd"))[ids],
    }[targets]

    for seed in range(5):
        assert sorted(ids[order.tiny_set(4, given, 100, seed)]) == [0, 1, 2, 3]
        assert np.bincount(ids[order.tiny_set(8, given, 100, seed)]).tolist() == [2, 2, 2, 2]
        assert len(set(ids[order.tiny_set(2, given, 100, seed)])) == 2


def test_tiny_sets_of_numbers_are_spread_over_their_range() -> None:
    """Of targets that are numbers, four rows hold one from each quarter of the order."""
    targets = np.random.RandomState(0).normal(size=(200, 1)).astype("float32")
    ranks = targets[:, 0].argsort().argsort()

    for seed in range(5):
        chosen = order.tiny_set(4, targets, 200, seed)
        assert (np.sort(ranks[chosen]) // 50).tolist() == [0, 1, 2, 3]
        assert len(np.unique(targets[chosen])) == 4


@pytest.mark.parametrize("targets", [None, np.arange(30) % 3, np.linspace(0, 1, 30)], ids=["none", "classes", "numbers"])
def test_tiny_sets_are_distinct_rows_of_the_seed(targets: np.ndarray | None) -> None:
    """Rows are distinct, ascending, the same for the same seed, others for another, and all where too many are asked."""
    chosen = [order.tiny_set(6, targets, 30, seed).tolist() for seed in (0, 0, 1, 2, 3)]

    assert all(rows == sorted(set(rows)) and len(rows) == 6 for rows in chosen)
    assert chosen[0] == chosen[1]
    assert len({tuple(rows) for rows in chosen}) > 1
    assert order.tiny_set(50, targets, 30, 0).tolist() == list(range(30))


def test_tiny_sets_of_whole_numbers_are_classes_however_many() -> None:
    """Thirty different ids among sixty rows are ids: each comes once before any comes twice."""
    ids = np.arange(60) % 30

    assert len(set(ids[order.tiny_set(30, ids, 60, 4)])) == 30
