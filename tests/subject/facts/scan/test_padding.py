"""Zeros that fill up sequences, counted row by row."""

import numpy as np
import pytest

from dnndoctor.subject.facts.scan.padding import padding

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(1, 20, 200)
BEHIND = np.where(np.arange(30) < LENGTHS[:, None], RNG.integers(1, 50, (200, 30)), 0)


def test_shares_agree_with_a_plain_count() -> None:
    """The share at the end is that of the steps behind each row's last word; turned round, that at the beginning."""
    behind, before = padding(BEHIND, "x", codes=True), padding(BEHIND[:, ::-1], "x", codes=True)

    assert behind is not None
    assert behind.behind == pytest.approx(np.mean(1 - LENGTHS / 30))
    assert (behind.before, behind.empty_rows, behind.first_empty) == (0, 0, None)
    assert before is not None
    assert before.before == pytest.approx(behind.behind)


def test_empty_rows_are_named() -> None:
    """A row that is nothing but padding counts as padded at the end."""
    ids = BEHIND.copy()
    ids[[4, 9]] = 0

    found = padding(ids, "x", codes=True)

    assert found is not None
    assert (found.empty_rows, found.first_empty) == (0.01, 4)


def test_steps_of_several_numbers_are_padding_where_all_are_zero() -> None:
    """A step is filled if any of its numbers is."""
    steps = RNG.normal(size=(50, 10, 3))
    steps[:, 6:] = 0
    steps[:, 2, 1] = 0

    found = padding(steps, "x", codes=False)

    assert found is not None
    assert found.behind == pytest.approx(0.4)
    assert found.before == 0


def test_what_is_no_sequence_is_left_out() -> None:
    """Tables, pairs of ids, and sequences that are full."""
    assert padding(np.zeros((50, 8)), "x", codes=False) is None
    assert padding(RNG.integers(0, 5, (50, 2)), "x", codes=True) is None
    assert padding(RNG.integers(1, 5, (50, 9)), "x", codes=True) is None
