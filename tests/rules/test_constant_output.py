"""Outputs that are the same for every row."""

from typing import Any

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.constant_output import ConstantOutput
from tests.evidence_samples import array, facts, head_layer, layer, output, weight
from tests.rules.judging import findings
from tests.start_samples import activation, depth, signal, starting_point, variable

RAW = array(minimum=0.0, maximum=2000.0, mean=600.0, std=300.0)


def constant(path: str = "dense", received: float = 0.9, **details: Any) -> StartingPoint:
    """Rows that are told apart up to this layer, before the first steps and after them."""
    signals = (signal(path, varies=0.0, received=received, varies_later=0.0), signal("head", varies=0.0, received=0.0, units=10))
    given: dict[str, Any] = {"signals": signals, "outputs": (0.0,), "outputs_later": (0.0,)}
    return starting_point(**(given | details))


def test_a_layer_that_drops_all_differences_is_an_error() -> None:
    """Layers before it get no gradient at all, so no number of steps helps."""
    norm = layer("norm", "LayerNormalization", activation=None, weights=())
    dead = (variable(reached=False), variable("head", "bias"))

    (finding,) = findings(ConstantOutput(), facts(layers=[layer(), norm, head_layer(output())]), constant("norm", variables=dead))

    assert (finding.severity, finding.cause) == (Severity.ERROR, Cause.ARCHITECTURE)
    assert finding.where[0].layer == "norm"


def test_where_gradients_still_come_through_it_is_a_warning() -> None:
    """A saturated output on raw inputs: Keras takes the logits behind it."""
    saturated = constant("head", activations=(activation("head", "sigmoid", flat_share=1.0),))

    (finding,) = findings(ConstantOutput(), facts(inputs=[RAW]), saturated)

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INPUT_SCALE)


def test_what_ends_little_by_little_is_the_weights_or_the_activations_doing() -> None:
    """A fading signal, a stack of sigmoids."""
    fading = constant("dense", received=1e-5, activation_slope=depth(-8.0))
    sigmoids = facts(layers=[layer(activation="sigmoid"), head_layer(output())])

    (weights,) = findings(ConstantOutput(), facts(), fading)
    (activations,) = findings(ConstantOutput(), sigmoids, constant("dense", received=1e-5))

    assert (weights.severity, weights.cause) == (Severity.WARNING, Cause.INITIALIZER)
    assert (activations.severity, activations.cause) == (Severity.WARNING, Cause.HIDDEN_ACTIVATION)
    assert activations.remedies[0].edits == (hidden_activation("relu", ["dense"]),)


def test_zeros_and_a_softmax_of_one_unit_are_named() -> None:
    """Each with its own cause."""
    zeros = facts(layers=[layer(weights=(weight(mean=0.0, minimum=0.0, maximum=0.0, std=0.0),)), head_layer(output())])
    one = output("softmax", 1)
    lone = constant("head", signals=(signal("head", varies=0.0, units=1),), activations=(activation("head", "softmax", units=1),))

    assert findings(ConstantOutput(), zeros, constant())[0].cause is Cause.INITIALIZER
    assert findings(ConstantOutput(), facts(outputs=[one], layers=[layer(), head_layer(one)]), lone)[0].cause is (
        Cause.OUTPUT_ACTIVATION
    )
    (found,) = findings(ConstantOutput(), facts(outputs=[one], layers=[layer(), head_layer(one)]), lone)
    assert found.remedies[0].edits == (Edit("output_activation", {"output": "output", "activation": "sigmoid"}),)


def test_outputs_that_start_at_zero_are_silent() -> None:
    """Looked at again after a few steps, or held back by a warm-up from a rate of next to nothing."""
    moved = constant(outputs_later=(0.1,))
    warming = constant(variables=(variable(), variable("head", rms=0.0, units=10)))

    assert findings(ConstantOutput(), facts(), moved) == ()
    assert findings(ConstantOutput(), facts(), warming) == ()


def test_branches_that_are_zero_and_constant_inputs_are_silent() -> None:
    """A residual branch of zeros beside a living one; rows that never differed."""
    branch = starting_point(signals=(signal("branch", varies=0.0), signal("add")))

    assert findings(ConstantOutput(), facts(), branch) == ()
    assert findings(ConstantOutput(), facts(), constant(received=0.0)) == ()
