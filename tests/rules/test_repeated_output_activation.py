"""A second softmax or sigmoid on top of the first."""

import pytest

from dnndoctor.evidence.call_facts import INPUT, CallFacts
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.repeated_output_activation import RepeatedOutputActivation
from tests.evidence_samples import facts, layer, output
from tests.rules.judging import findings

DENSE_SOFTMAX = layer("dense", activation="softmax")
FLATTEN = layer("flatten", "Flatten", activation=None, weights=(), parameters=0)
SOFTMAX = layer("head", "Softmax", activation="softmax", weights=(), parameters=0)


def test_softmax_on_softmax_is_an_error() -> None:
    """A Softmax layer behind Dense(softmax) is an error at both places, also with a layer between that only moves values."""
    (finding,) = findings(RepeatedOutputActivation(), facts(layers=[layer("hidden"), DENSE_SOFTMAX, FLATTEN, SOFTMAX]))

    assert finding.cause is Cause.OUTPUT_ACTIVATION
    assert finding.severity is Severity.ERROR
    assert [place.layer for place in finding.where] == ["head", "dense"]


@pytest.mark.parametrize(
    "layers",
    [
        [layer("dense", activation="linear"), SOFTMAX],
        [DENSE_SOFTMAX, layer("head", activation="softmax")],
    ],
    ids=["one softmax", "weights between"],
)
def test_sound_heads_are_silent(layers: list[LayerFacts]) -> None:
    """A linear layer before the softmax, and a gate with weights behind it, are sound."""
    assert findings(RepeatedOutputActivation(), facts(layers=layers)) == ()


def test_several_outputs_are_not_judged() -> None:
    """With several outputs the layer before in the list need not be the one before in the forward pass."""
    heads = [output(), output(name="other", layer="dense")]

    assert findings(RepeatedOutputActivation(), facts(heads, layers=[DENSE_SOFTMAX, SOFTMAX])) == ()
    assert findings(RepeatedOutputActivation(), facts(layers=[DENSE_SOFTMAX, SOFTMAX], model_kind="subclassed")) == ()


def traced(*steps: CallFacts) -> Facts:
    """A subclassed model with two outputs whose forward pass was traced so."""
    heads = [output("softmax"), output("softmax", name="other", layer="dense")]
    return facts(heads, layers=[layer("hidden"), DENSE_SOFTMAX, FLATTEN, SOFTMAX], model_kind="subclassed", calls=steps)


def test_graph_tells_of_several_outputs_and_operations() -> None:
    """In a traced graph the softmax is found behind a reshape on one of two outputs, and as an operation."""
    layers_twice = traced(
        CallFacts(None, INPUT, feeds=(1,)),
        CallFacts("hidden", feeds=(2, 5)),
        CallFacts("dense", feeds=(3,)),
        CallFacts("flatten", feeds=(4,)),
        CallFacts("head", outputs=(0,)),
        CallFacts("dense", outputs=(1,)),
    )
    operation = traced(
        CallFacts(None, INPUT, feeds=(1,)),
        CallFacts("dense", feeds=(2,)),
        CallFacts(None, "Softmax", outputs=(0,)),
    )

    (of_layers,) = findings(RepeatedOutputActivation(), layers_twice)
    (of_operation,) = findings(RepeatedOutputActivation(), operation)

    assert [place.layer for place in of_layers.where] == ["head", "dense"]
    assert [place.layer for place in of_operation.where] == ["dense"]


def test_graph_with_a_product_or_weights_between_is_silent() -> None:
    """Shares that are multiplied or weighed before they are squashed again are no repetition."""
    product = traced(
        CallFacts(None, INPUT, feeds=(1,)),
        CallFacts("dense", feeds=(2,)),
        CallFacts(None, "MatMul", feeds=(3,)),
        CallFacts("head", outputs=(0,)),
    )

    assert findings(RepeatedOutputActivation(), product) == ()
