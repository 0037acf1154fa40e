"""Two affine layers with nothing nonlinear between them."""

import pytest

from dnndoctor.evidence.call_facts import CallFacts
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.stacked_affine_layers import StackedAffineLayers
from tests.evidence_samples import facts, head_layer, layer, output, weight
from tests.flows import chain, wired
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())
RELU = layer("first")
LINEAR = layer("linear", activation="linear")
NEXT = layer("next")
NORM = layer("norm", "BatchNormalization", activation=None)


def model(*layers: LayerFacts, calls: tuple[CallFacts, ...] | None = None) -> Facts:
    """A model with these layers, one after the other unless their calls are given."""
    return facts(layers=layers, calls=chain(*layers) if calls is None else calls)


def dense(path: str, inputs: int, units: int, activation: str = "linear") -> LayerFacts:
    """A dense layer of that width."""
    return layer(path, activation=activation, units=units, weights=(weight(shape=(inputs, units)),))


def convolution(path: str, size: str, kind: str = "Conv2D", activation: str = "linear") -> LayerFacts:
    """A convolution of 64 filters on 64 channels."""
    return layer(path, kind, activation=activation, weights=(weight(shape=(3, 3, 64, 64)),), settings={"kernel_size": size})


def test_a_forgotten_activation_is_a_note_that_names_it() -> None:
    """One layer without an activation in a net of relu layers is named, also past dropout and batch normalisation."""
    drop = layer("drop", "Dropout", activation=None, weights=())

    (finding,) = findings(StackedAffineLayers(), model(RELU, LINEAR, NORM, drop, NEXT, HEAD))

    assert (finding.cause, finding.severity) == (Cause.HIDDEN_ACTIVATION, Severity.NOTE)
    assert [place.layer for place in finding.where] == ["linear"]


def test_convolutions_count() -> None:
    """Two convolutions of the same size in a row are one larger one."""
    relu = convolution("first", "(3, 3)", activation="relu")

    assert findings(StackedAffineLayers(), model(relu, convolution("a", "(3, 3)"), convolution("b", "(3, 3)"), HEAD))


def test_a_model_that_learns_nothing_makes_it_a_warning() -> None:
    """It says more where the user's run is no better than a constant."""
    (finding,) = findings(StackedAffineLayers(), model(RELU, LINEAR, NEXT, HEAD), own_course(0.0))

    assert finding.severity is Severity.WARNING


SUM = layer("sum", "Add", activation=None, weights=())
ATTENTION = layer("attention", "MultiHeadAttention", activation=None)
DOWN, UP = dense("down", 64, 8), dense("up", 8, 64, "relu")


@pytest.mark.parametrize(
    "subject",
    [
        model(RELU, NEXT, HEAD),
        model(RELU, LINEAR, SUM, NEXT, HEAD, calls=wired("input > first > linear > sum > next > head", "first > sum")),
        model(RELU, DOWN, UP, HEAD),
        model(RELU, LINEAR, ATTENTION, NEXT, HEAD),
        model(RELU, convolution("depth", "(3, 3)", "DepthwiseConv2D"), convolution("point", "(1, 1)", activation="relu"), HEAD),
        model(RELU, convolution("column", "(3, 1)"), convolution("row", "(1, 3)", activation="relu"), HEAD),
        model(RELU, convolution("up", "(2, 2)", "Conv2DTranspose"), convolution("smooth", "(2, 2)", activation="relu"), HEAD),
        model(layer("ids", "Embedding", activation=None), NEXT, HEAD),
        model(RELU, LINEAR, layer("norm", "LayerNormalization", activation=None), NEXT, HEAD),
        model(RELU, LINEAR, layer("own", "Mine", built_in=False), NEXT, HEAD),
        model(RELU, LINEAR, HEAD, calls=wired("input > first > linear > +Tanh > head")),
        model(RELU, LINEAR, NEXT, HEAD, calls=wired("input > first > linear > next > head", "linear > +Softplus > +Mul")),
    ],
    ids=[
        "relu",
        "residual projection",
        "bottleneck",
        "attention",
        "depthwise",
        "column and row",
        "transposed",
        "embedding",
        "layer norm",
        "own layer",
        "operation",
        "used elsewhere too",
    ],
)
def test_look_alikes_are_silent(subject: Facts) -> None:
    """What is built of affine layers on purpose, or is not linear after all, is no forgotten activation."""
    assert findings(StackedAffineLayers(), subject) == ()


def test_a_model_that_is_linear_throughout_is_another_finding() -> None:
    """It is said once, by the rule for whole models; and nothing is said where the forward pass is not known."""
    assert findings(StackedAffineLayers(), model(LINEAR, layer("more", activation="linear"), HEAD)) == ()
    assert findings(StackedAffineLayers(), facts(layers=[RELU, LINEAR, NEXT, HEAD])) == ()
