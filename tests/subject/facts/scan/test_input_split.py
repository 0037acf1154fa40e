"""One input in training and validation rows."""

import numpy as np
import pytest

from dnndoctor.evidence.split_scan import InputSplit
from dnndoctor.subject.facts.array_facts import array_facts
from dnndoctor.subject.facts.scan.input_split import input_split

RNG = np.random.default_rng(0)
SPREADS = np.array([0.1, 1, 20, 300, 5])
RAW = RNG.normal(size=(1200, 5)) * SPREADS + SPREADS * 4
TRAIN, HELD_OUT = RAW[:1000], RAW[1000:]
MEAN, STD = TRAIN.mean(axis=0), TRAIN.std(axis=0)


def split(training: np.ndarray, validation: np.ndarray) -> InputSplit:
    """What is found of one input."""
    found = input_split(training, validation, array_facts(training, "x"), array_facts(validation, "x_val"))
    assert found is not None
    return found


def test_rows_drawn_alike_are_alike() -> None:
    """Raw rows, and rows that share the training data's statistics, have nothing apart."""
    for one, other in ((TRAIN, HELD_OUT), ((TRAIN - MEAN) / STD, (HELD_OUT - MEAN) / STD)):
        found = split(one, other)

        assert found.scale_ratio == pytest.approx(1, abs=0.1)
        assert (found.far_share, found.own_statistics, found.shifts) == (0, "", ())


def test_validation_rows_that_were_not_scaled_are_far_apart() -> None:
    """Raw validation rows beside standardised training rows: all columns are far but the one of spread one."""
    found = split((TRAIN - MEAN) / STD, HELD_OUT)

    assert found.far_share == 0.8
    assert found.scale_ratio > 8


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_statistics_of_their_own_leave_exact_figures(dtype: type) -> None:
    """A mean of 0 and a deviation of 1, or a range of 0 to 1, in both parts is no chance."""
    standard = [((part - part.mean(axis=0)) / part.std(axis=0)).astype(dtype) for part in (TRAIN, HELD_OUT)]
    ranged = [((part - part.min(axis=0)) / np.ptp(part, axis=0)).astype(dtype) for part in (TRAIN, HELD_OUT)]
    common = [((part - part.mean()) / part.std()).astype(dtype) for part in (TRAIN, HELD_OUT)]

    assert split(*standard).own_statistics == "mean and deviation"
    assert split(*ranged).own_statistics == "minimum and maximum"
    assert split(*common).own_statistics == "mean and deviation"


def test_a_table_scaled_before_the_split_has_no_statistics_of_its_own() -> None:
    """Neither part of it has exact figures."""
    whole = (RAW - RAW.mean(axis=0)) / RAW.std(axis=0)
    ranged = (RAW - RAW.min(axis=0)) / np.ptp(RAW, axis=0)

    assert split(whole[:1000], whole[1000:]).own_statistics == ""
    assert split(ranged[:1000], ranged[1000:]).own_statistics == ""


def test_flags_and_pictures_with_their_natural_bounds_are_not_taken_for_scaled_ones() -> None:
    """Zeros and ones are in both parts by nature."""
    flags = RNG.integers(0, 2, (600, 8)).astype(float)
    pictures = np.clip(RNG.normal(size=(600, 8)) * 0.6 + 0.5, 0, 1)

    assert split(flags[:400], flags[400:]).own_statistics == ""
    assert split(pictures[:400], pictures[400:]).own_statistics == ""


def test_a_column_with_another_mean_is_named_with_its_noise() -> None:
    """A shift of half a deviation in one column is beyond the noise of 200 rows; the others are within."""
    moved = HELD_OUT.copy()
    moved[:, 3] += STD[3] / 2

    (shift,) = split(TRAIN, moved).shifts

    assert shift.column == 3
    assert shift.difference == pytest.approx((moved[:, 3].mean() - MEAN[3]) / STD[3])
    assert shift.noise == pytest.approx(np.sqrt(1 / 1000 + 1 / 200), rel=0.15)
