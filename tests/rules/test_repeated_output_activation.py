"""A second softmax or sigmoid on top of the first."""

import pytest

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.repeated_output_activation import RepeatedOutputActivation
from tests.evidence_samples import facts, layer, output
from tests.rules.judging import findings

DENSE_SOFTMAX = layer("dense", activation="softmax")
SOFTMAX = layer("head", "Softmax", activation="softmax", weights=(), parameters=0)


def test_softmax_on_softmax_is_an_error() -> None:
    """A Softmax layer behind Dense(softmax) is an error at both places, also with a layer between that only moves values."""
    flatten = layer("flatten", "Flatten", activation=None, weights=(), parameters=0)

    (finding,) = findings(RepeatedOutputActivation(), facts(layers=[layer("hidden"), DENSE_SOFTMAX, flatten, SOFTMAX]))

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
