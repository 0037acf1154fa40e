"""Classes in batches, and on both sides of a split; each figure against a plain count."""

import numpy as np
import pytest

from dnndoctor.subject.facts.scan.batches import batch_mix, class_split

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 1000)


def test_single_classes_and_distances_agree_with_a_plain_count() -> None:
    """Both figures are means over the whole batches, one by one."""
    labels = np.sort(LABELS)
    batches = labels[:992].reshape(-1, 32)
    all_shares = np.bincount(batches.ravel(), minlength=4) / 992
    distances = [np.abs(np.bincount(batch, minlength=4) / 32 - all_shares).sum() / 2 for batch in batches]

    mix = batch_mix(labels, 32, "out")

    assert mix is not None
    assert mix.batches == 31
    assert mix.single == pytest.approx(np.mean([len(set(batch)) == 1 for batch in batches]))
    assert mix.distance == pytest.approx(np.mean(distances))


def test_rows_in_random_order_are_like_shuffled_ones() -> None:
    """The batches of shuffled rows are as far from all rows as chance has it."""
    mix = batch_mix(LABELS, 32, "out")

    assert mix is not None
    assert mix.single == 0
    assert mix.distance == pytest.approx(mix.distance_if_shuffled, abs=0.03)


def test_rare_classes_make_pure_batches_by_chance() -> None:
    """With one row in a hundred, three quarters of the batches have one class, shuffled or not."""
    labels = (RNG.random(20_000) < 0.01).astype(int)

    mix = batch_mix(labels, 32, "out")

    assert mix is not None
    assert mix.single == pytest.approx(mix.single_if_shuffled, abs=0.03)


def test_batches_that_cannot_tell_are_left_out() -> None:
    """Batches of one row, a single batch, and a single class."""
    assert batch_mix(LABELS, 1, "out") is None
    assert batch_mix(LABELS, 600, "out") is None
    assert batch_mix(np.zeros(100), 10, "out") is None


def test_a_sorted_tail_holds_classes_that_are_not_trained() -> None:
    """Of rows sorted by class, a tail of three tenths has a class that no training row has."""
    labels = np.sort(LABELS)

    split = class_split(labels[:700], labels[700:], "out")

    assert split.unseen == pytest.approx(np.mean(~np.isin(labels[700:], labels[:700])))
    assert split.unseen_classes == (3,)
    assert split.first_unseen == int(np.argmax(labels[700:] == 3))
    assert split.missing == pytest.approx(np.mean(~np.isin(labels[:700], labels[700:])))
    assert split.unseen_by_chance == pytest.approx(0, abs=1e-9)


def test_many_rare_classes_fall_on_one_side_by_chance() -> None:
    """The share of unseen classes in a random split is what is expected, to a few per cent."""
    labels = RNG.integers(0, 400, 1000)

    split = class_split(labels[:800], labels[800:], "out")

    assert split.unseen > 0.05
    assert split.unseen == pytest.approx(split.unseen_by_chance, abs=0.05)
    assert split.distance == pytest.approx(split.distance_by_chance, abs=5 * split.distance_noise)
