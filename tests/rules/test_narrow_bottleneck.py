"""A layer that lets through less than the answer needs."""

from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.narrow_bottleneck import NarrowBottleneck
from tests.evidence_samples import facts, head_layer, layer, output, target
from tests.flows import chain, wired
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())
WIDE = layer("wide")


def narrow(width: int, activation: str = "relu", kind: str = "Dense", **details: Any) -> LayerFacts:
    """A hidden layer of that width."""
    return layer("narrow", kind, activation=activation, units=width, output_shape=(width,), **details)


def model(*layers: LayerFacts, classes: int = 10) -> Facts:
    """A chain under a classification."""
    return facts(outputs=[output(units=classes)], targets=[target(classes=classes)], layers=layers, calls=chain(*layers))


@pytest.mark.parametrize("layer_", [narrow(1), narrow(2), narrow(1, "tanh"), narrow(1, "tanh", "LSTM")])
def test_one_unit_or_two_rectified_ones_before_many_classes_are_a_warning(layer_: LayerFacts) -> None:
    """Ten classes cannot pass through one number, nor through two that are often zero."""
    (finding,) = findings(NarrowBottleneck(), model(WIDE, layer_, HEAD))

    assert (finding.cause, finding.severity) == (Cause.CAPACITY_LOW, Severity.WARNING)
    assert finding.where[0].layer == "narrow"
    assert [(edit.name, edit.parameters) for edit in finding.remedies[0].edits] == [("width", {"factor": 8.0})]


def test_less_than_log2_units_is_a_note_unless_the_model_is_seen_to_fail() -> None:
    """Three smooth units for a hundred classes are possible; where nothing is learnt they are likelier the reason."""
    subject = model(WIDE, narrow(3, "tanh"), HEAD, classes=100)

    assert findings(NarrowBottleneck(), subject)[0].severity is Severity.NOTE
    assert findings(NarrowBottleneck(), subject, own_course(0.0))[0].severity is Severity.WARNING


def test_a_model_that_learns_well_gets_a_note() -> None:
    """What comes far is wide enough."""
    assert findings(NarrowBottleneck(), model(WIDE, narrow(1), HEAD), own_course(0.95))[0].severity is Severity.NOTE


def test_one_rectified_unit_before_a_single_number_is_a_note() -> None:
    """A regression can pass through one unit, if it is alive."""
    head = layer("head", activation="linear", units=1, output_shape=(1,))
    subject = facts(
        outputs=[output("linear", 1, "mean_squared_error")],
        targets=[target("continuous")],
        layers=[WIDE, narrow(1), head],
        calls=chain(WIDE, narrow(1), head),
    )

    assert findings(NarrowBottleneck(), subject)[0].severity is Severity.NOTE


AUTOENCODER = facts(
    outputs=[output("sigmoid", 20, "mean_squared_error")],
    targets=[target("continuous", array={"shape": (20,), "features": 20})],
    layers=[WIDE, narrow(1), HEAD],
    calls=chain(WIDE, narrow(1), HEAD),
)


@pytest.mark.parametrize(
    "subject",
    [
        model(WIDE, narrow(4), HEAD),
        model(WIDE, narrow(2, "tanh"), head_layer(output(units=4)), classes=4),
        facts(layers=[WIDE, narrow(1), HEAD], calls=wired("input > wide > narrow > +AddV2 > head", "wide > +AddV2")),
        facts(layers=[WIDE, narrow(1, "sigmoid"), HEAD], calls=wired("input > wide > +Mul > head", "wide > narrow > +Mul")),
        AUTOENCODER,
        model(WIDE, layer("narrow", "Conv2D", units=1, output_shape=(8, 8, 1)), HEAD),
        model(WIDE, layer("narrow", "Conv2D", units=1, output_shape=(None, None, 1)), HEAD),
        model(WIDE, layer("head", activation="linear", units=1, output_shape=(1,)), classes=3),
        facts(layers=[WIDE, narrow(1), HEAD]),
    ],
    ids=["four", "two smooth", "skip", "gate", "autoencoder", "image", "unknown size", "head itself", "unknown"],
)
def test_look_alikes_are_silent(subject: Facts) -> None:
    """Width enough, ways around, autoencoders, images of one channel and the head itself are no bottlenecks."""
    assert findings(NarrowBottleneck(), subject) == ()
