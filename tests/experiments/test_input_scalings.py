"""Which ways of scaling inputs enter a race."""

import pytest

from dnndoctor.experiments.input_scalings import scalings
from tests.evidence_samples import array, facts

DECADES = tuple(10 ** (8.15 * number / 20) for number in range(21))
"""Quantiles of values evenly over eight decades."""


def test_none_for_inputs_of_order_one() -> None:
    """Nothing is tried where nothing is out of scale."""
    assert scalings(facts()) == ()


def test_plain_inputs_race_linear_ways_only() -> None:
    """Large inputs of one order of magnitude need no logarithm and no bend."""
    ways = scalings(facts(inputs=[array(mean=100.0, minimum=96.0, maximum=104.0, magnitudes=(96.0, 100.0, 104.0))]))

    assert [[edit.name for edit in way.edits] for way in ways] == [["standardize_inputs"], ["min_max_inputs"]]


@pytest.mark.parametrize("std", [2.1e7, 4e7], ids=["a long tail", "orders without a tail"])
def test_orders_of_magnitude_race(std: float) -> None:
    """The logarithm, three bends of tanh and the ranks race along; what needs it is standardised after."""
    wide = array(minimum=1.0, maximum=1.4e8, mean=7.5e6, std=std, magnitudes=DECADES)

    ways = scalings(facts(inputs=[wide]))

    assert [way.name for way in ways] == [
        "standardised",
        "log, standardised",
        "tanh(x / 2e+07), standardised",
        "tanh(x / 1e+06), standardised",
        "tanh(x / 80000), standardised",
        "by rank",
    ]
    assert all(way.edits[-1].name == "standardize_inputs" for way in ways[:-1])


def test_saturated_shares() -> None:
    """The lower the bend, the more values lie at its end; zeros never do, and other ways have no end."""
    wide = array(minimum=0.0, maximum=1.4e8, mean=7.5e6, std=2.1e7, magnitudes=DECADES, zero_share=0.5)

    shares = [way.saturated for way in scalings(facts(inputs=[wide]))]

    assert shares == pytest.approx([None, None, 0.025, 0.1, 0.175, None], abs=0.026)


def test_codes_are_left_alone() -> None:
    """Codes have no size, and nothing scales them."""
    assert scalings(facts(inputs=[array(mean=100.0, codes=True)])) == ()
