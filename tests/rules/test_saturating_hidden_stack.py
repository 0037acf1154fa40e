"""Sigmoid or tanh in many hidden layers on top of each other."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.experiments.first_batch import FirstBatch
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.saturating_hidden_stack import SaturatingHiddenStack
from tests.evidence_samples import facts, head_layer, layer, output
from tests.rules.judging import findings, first_batch, layer_start, own_course, ruled_out


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
