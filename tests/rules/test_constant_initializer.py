"""Hidden weights that all start at the same value."""

from typing import Any

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.constant_initializer import ConstantInitializer
from tests.evidence_samples import facts, head_layer, layer, output, weight
from tests.rules.judging import findings, first_batch, layer_start
from tests.start_samples import starting_point, variable

HEAD = head_layer(output())
DEAD = first_batch(layers=(layer_start("dense", 0.0, dead=True), layer_start("head")))


def constant(value: float, path: str = "dense", kind: str = "Dense", trainable: bool = True) -> LayerFacts:
    """A layer whose kernel is this value throughout."""
    moments: dict[str, Any] = {"mean": value, "minimum": value, "maximum": value, "std": 0.0, "zero_share": float(value == 0)}
    return layer(path, kind, weights=(weight(initializer="Constant", trainable=trainable, **moments),))


def test_zeros_that_stop_the_gradient_are_an_error() -> None:
    """A zero kernel and layers without any gradient on both seeds are an error at the zero layer."""
    (finding,) = findings(ConstantInitializer(), facts(layers=[constant(0.0), HEAD]), DEAD)

    assert finding.cause is Cause.INITIALIZER
    assert finding.severity is Severity.ERROR
    assert finding.where[0].layer == "dense"
    assert finding.evidence[0].rung == "first_batch"


def test_without_trained_steps_the_look_at_the_start_tells() -> None:
    """Zeros whose layer gets no gradient at any of its steps."""
    dead = starting_point(variables=(variable(reached=False), variable("head", reached=False), variable("head", "bias")))

    (finding,) = findings(ConstantInitializer(), facts(layers=[constant(0.0), HEAD]), dead)

    assert finding.severity is Severity.ERROR
    assert finding.evidence[0].rung == "start"
    assert findings(ConstantInitializer(), facts(layers=[layer("first"), constant(0.0), HEAD]), starting_point()) == ()


def test_zeros_of_a_residual_branch_are_silent() -> None:
    """A zero kernel that gets a gradient, as do all layers by the third step, is meant."""
    assert findings(ConstantInitializer(), facts(layers=[layer("first"), constant(0.0), HEAD]), first_batch()) == ()


def test_zeros_of_the_head_are_silent() -> None:
    """The output itself may start at zero."""
    assert findings(ConstantInitializer(), facts(layers=[layer(), constant(0.0, "head")]), DEAD) == ()


def test_equal_units_are_a_warning_only_if_all_are() -> None:
    """Ones in every hidden layer keep the units alike; with one such layer the next breaks the symmetry."""
    alike = facts(layers=[constant(1.0), constant(1.0, "dense_1"), HEAD])
    mixed = facts(layers=[constant(1.0), layer("dense_1"), HEAD])

    assert findings(ConstantInitializer(), alike, first_batch())[0].severity is Severity.WARNING
    assert findings(ConstantInitializer(), mixed, first_batch())[0].severity is Severity.NOTE


def test_single_weights_are_silent() -> None:
    """A layer of one weight holds one value whatever drew it, and may be dead for other reasons."""
    single = layer(weights=(weight(shape=(1, 1), mean=0.05, minimum=0.05, maximum=0.05, std=0.0),))

    assert findings(ConstantInitializer(), facts(layers=[single, HEAD]), DEAD) == ()


def test_random_and_frozen_kernels_are_silent() -> None:
    """Random weights are sound, and so is a fixed filter that is not trained; dead layers alone are no initializer's fault."""
    frozen = facts(layers=[constant(0.1, kind="DepthwiseConv2D", trainable=False), layer("dense_1"), HEAD])

    assert findings(ConstantInitializer(), facts(), DEAD) == ()
    assert findings(ConstantInitializer(), frozen, first_batch()) == ()
