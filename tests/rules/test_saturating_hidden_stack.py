"""Sigmoid or tanh in many hidden layers on top of each other."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.experiments.first_batch import FirstBatch
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.saturating_hidden_stack import SaturatingHiddenStack
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import wired
from tests.rules.judging import findings, first_batch, layer_start, own_course, ruled_out
from tests.start_samples import starting_point, variable


def stack(activation: str, depth: int = 6) -> Facts:
    """So many hidden layers with this activation."""
    return facts(layers=[*(layer(f"dense_{index}", activation=activation) for index in range(depth)), head_layer(output())])


def gradients(ratio: float, depth: int = 6) -> FirstBatch:
    """A gradient that shrinks evenly, over all layers by this ratio, towards the inputs."""
    norms = [ratio ** (1 - index / (depth - 1)) for index in range(depth)]
    return first_batch(layers=tuple(layer_start(f"dense_{index}", norm) for index, norm in enumerate(norms)))


@pytest.mark.parametrize(("ratio", "severity"), [(1e-7, Severity.ERROR), (1e-4, Severity.WARNING), (0.05, Severity.NOTE)])
def test_severity_follows_the_measured_collapse(ratio: float, severity: Severity) -> None:
    """A gradient that shrinks beyond float32 is an error, a thousandfold shrinking a warning, a mild one a note."""
    (finding,) = findings(SaturatingHiddenStack(), stack("sigmoid"), gradients(ratio))

    assert finding.cause is Cause.HIDDEN_ACTIVATION
    assert finding.severity is severity
    assert finding.evidence[0].values["ratio"] == pytest.approx(ratio)


def test_without_trained_steps_the_look_at_the_start_measures_it() -> None:
    """The same collapse, from the gradients of kernels and biases."""
    norms = [10.0 ** (index - 5) for index in range(6)]
    variables = tuple(variable(f"dense_{index}", gradient=norm) for index, norm in enumerate(norms))

    (finding,) = findings(SaturatingHiddenStack(), stack("sigmoid"), starting_point(variables=variables))

    assert finding.severity is Severity.ERROR
    assert finding.evidence[0].rung == "start"
    assert finding.evidence[0].values["ratio"] == pytest.approx(1e-5)


def test_unmeasured_stack_is_a_note() -> None:
    """Without a measured gradient nothing above a note is said, deep as the stack is."""
    (finding,) = findings(SaturatingHiddenStack(), stack("tanh"))

    assert finding.severity is Severity.NOTE


def test_activations_as_layers_of_their_own_count() -> None:
    """Dense and Activation("sigmoid") in turn are the same stack."""
    pairs: list[LayerFacts] = []
    for index in range(5):
        pairs += [
            layer(f"dense_{index}", activation="linear"),
            layer(f"act_{index}", "Activation", activation="sigmoid", weights=(), parameters=0),
        ]

    assert findings(SaturatingHiddenStack(), facts(layers=[*pairs, head_layer(output())]))


def test_activations_that_are_operations_between_layers_count() -> None:
    """Where the forward pass is known, `keras.ops.tanh` behind a linear layer is the same as its own tanh, and relu is none."""
    linear = stack("linear")

    def through(operation: str) -> Facts:
        way = " > ".join(f"dense_{index} > +{operation}#{index}" for index in range(6))
        return replace(linear, calls=wired(f"input > {way} > head"))

    assert findings(SaturatingHiddenStack(), through("Tanh"))
    assert findings(SaturatingHiddenStack(), through("Relu")) == ()
    assert ruled_out(SaturatingHiddenStack(), through("Relu")) == (Cause.HIDDEN_ACTIVATION,)


@pytest.mark.parametrize("subject", [stack("relu"), stack("sigmoid", depth=3)], ids=["relu", "shallow"])
def test_other_stacks_are_silent(subject: Facts) -> None:
    """Relu layers and three sigmoid layers are not this fault."""
    assert findings(SaturatingHiddenStack(), subject) == ()


def test_only_rectifying_layers_rule_the_cause_out() -> None:
    """Hidden layers that all have a non-saturating activation rule it out; sigmoid or linear ones do not."""
    assert ruled_out(SaturatingHiddenStack(), stack("relu")) == (Cause.HIDDEN_ACTIVATION,)
    assert ruled_out(SaturatingHiddenStack(), stack("sigmoid", depth=1)) == ()
    assert ruled_out(SaturatingHiddenStack(), stack("linear", depth=1)) == ()


def test_model_that_learns_well_gets_a_note() -> None:
    """Where the user's own recipe comes far, this is a note; where it does not, a warning."""
    assert findings(SaturatingHiddenStack(), stack("sigmoid"), gradients(1e-4), own_course(0.95))[0].severity is Severity.NOTE
    assert findings(SaturatingHiddenStack(), stack("sigmoid"), gradients(1e-4), own_course(0.4))[0].severity is Severity.WARNING
