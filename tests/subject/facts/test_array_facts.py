"""Plain facts of arrays are those that numpy gives."""

import numpy as np
import pytest

from dnndoctor.subject.facts import array_facts as module
from dnndoctor.subject.facts.array_facts import array_facts


@pytest.mark.parametrize("block", [2**22, 64])
def test_moments_are_those_of_numpy(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """Moments and range over the finite values, and per feature, also when looked at block by block."""
    monkeypatch.setattr(module, "_BLOCK", block)
    array = np.random.default_rng(0).normal([1e6, 0, -3], [1, 0.5, 2], size=(50, 4, 3)).astype("float32")
    array[:, :, 1] = 7
    array[3, 1, 0], array[9, 0, 2] = np.nan, -np.inf

    facts = array_facts(array, "x")

    finite = array[np.isfinite(array)].astype("float64")
    assert (facts.rows, facts.shape, facts.features, facts.dtype) == (50, (4, 3), 3, "float32")
    assert (facts.nan_count, facts.inf_count, facts.first_bad_row) == (1, 1, 3)
    assert (facts.minimum, facts.maximum) == (finite.min(), finite.max())
    assert facts.mean == pytest.approx(finite.mean())
    assert facts.std == pytest.approx(finite.std())
    assert facts.constant_features == 1
    assert facts.feature_std_maximum == pytest.approx(
        np.nanstd(np.where(np.isfinite(array), array, np.nan)[..., 2].astype("float64"))
    )
    assert facts.feature_mean_maximum == pytest.approx(1e6, rel=1e-4)
    assert facts.integer_valued is False


def test_whole_numbers_and_zeros() -> None:
    """Ids are whole, counted, and their zeros told."""
    facts = array_facts(np.array([0, 0, 1, 2]), "y")

    assert (facts.integer_valued, facts.distinct, facts.zero_share, facts.features) == (True, 3, 0.5, 1)


def test_nothing_finite_and_no_numbers() -> None:
    """Arrays without finite values, and text, have NaN for moments."""
    empty, text = array_facts(np.full((3, 2), np.nan), "x"), array_facts(np.array(["a", "b", "a"]), "x")

    assert np.isnan(empty.mean)
    assert empty.nan_count == 6
    assert np.isnan(text.std)
    assert text.distinct == 2


def test_many_values_are_counted_up_to_a_bound() -> None:
    """1001 stands for "more than a thousand"."""
    assert array_facts(np.arange(5000.0), "x").distinct == 1001


def test_quantiles_of_magnitudes() -> None:
    """Of finite values that are not zero, in steps of a twentieth; shares beyond a magnitude count the zeros."""
    facts = array_facts(np.array([0.0, np.nan, np.inf, 0.0, *(-1.0) ** np.arange(41) * np.arange(1, 42)]), "x")
    ids = array_facts(np.array([0, 0]), "y")

    assert facts.magnitudes == pytest.approx(np.arange(1, 43, 2))
    assert (facts.magnitude(0.5), facts.magnitude(0.9)) == (21, 37)
    assert facts.share_above(20.5) == pytest.approx((1 - 2 / 45) * 0.55)
    assert ids.magnitudes == ()
    assert np.isnan(ids.magnitude(0.5))
    assert np.isnan(ids.share_above(1.0))
