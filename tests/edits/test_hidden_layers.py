"""Which layers of a subject are hidden."""

from dnndoctor.edits.hidden_layers import at, hidden_layers
from dnndoctor.evidence.call_facts import INPUT, CallFacts
from dnndoctor.evidence.facts import Facts
from tests.evidence_samples import facts, layer, output


def _paths(subject: Facts) -> list[str]:
    return [each.path for each in hidden_layers(subject)]


def test_heads_and_layers_without_a_width_are_not() -> None:
    """Nor are frozen ones, by the outputs' own layers where the forward pass is not known."""
    layers = [layer("a"), layer("b", "Flatten", units=None, weights=()), layer("c", trainable=False), layer("head")]

    assert _paths(facts(layers=layers)) == ["a"]
    assert _paths(facts([output(layer=None)], layers=[layer("a"), layer("b")])) == ["a"]


def test_all_that_is_added_up_to_an_output_are_heads() -> None:
    """By the forward pass: the last layers with weights on every way, also inside a layer around them."""
    calls = (
        CallFacts(None, INPUT, (1, 2)),
        CallFacts("a", "", (3,)),
        CallFacts("b", "", (4,)),
        CallFacts("way", "", (4,)),
        CallFacts(None, "AddV2", (), (0,)),
    )
    inner = [layer("way", "TimeDistributed", units=None, weights=()), layer("way/c")]

    assert _paths(facts(layers=[layer("a"), layer("b"), *inner], calls=calls)) == ["a"]


def test_a_layer_is_found_by_its_line() -> None:
    """And by its path where the line was not seen."""
    assert at(layer("a"), "a") == "  # train.py:10"
    assert at(layer("a", place=None), "a") == at(None, "a") == "  # a"
