"""Which ways of scaling inputs enter a race."""

from dnndoctor.experiments.input_scalings import scalings
from tests.evidence_samples import array, facts


def test_none_for_inputs_of_order_one() -> None:
    """Nothing is tried where nothing is out of scale."""
    assert scalings(facts()) == ()


def test_plain_inputs_are_standardised_only() -> None:
    """Large inputs without a long tail need no race."""
    (way,) = scalings(facts(inputs=[array(mean=100.0, minimum=96.0, maximum=104.0)]))

    assert [edit.name for edit in way.edits] == ["standardize_inputs"]


def test_long_tails_race() -> None:
    """Over many decades the logarithm and two bends of tanh race along, each standardised after."""
    ways = scalings(facts(inputs=[array(minimum=1.0, maximum=1.4e8, mean=7.5e6, std=2.1e7)]))

    assert [way.name for way in ways] == [
        "standardised",
        "log, standardised",
        "tanh(x / 1e+07), standardised",
        "tanh(x / 1e+06), standardised",
    ]
    assert all(way.edits[-1].name == "standardize_inputs" for way in ways)


def test_codes_are_left_alone() -> None:
    """Codes have no size, and nothing scales them."""
    assert scalings(facts(inputs=[array(mean=100.0, codes=True)])) == ()
