"""Layers that cannot shift what they give."""

from typing import Any

import pytest

from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.missing_bias import MissingBias
from tests.evidence_samples import array, facts, layer, output, target
from tests.flows import chain, wired
from tests.rules.judging import findings, own_course, ruled_out

OFF_CENTRE = target("continuous", array={"mean": 50.0, "std": 5.0, "minimum": 30.0, "maximum": 70.0})
UNEVEN = target("binary", class_shares=(0.9, 0.1))
HIDDEN = layer("hidden", use_bias=False)
LINEAR = layer("hidden", use_bias=False, activation="linear")
NORM = layer("norm", "BatchNormalization", activation=None, use_bias=None)


def head(use_bias: bool = False, activation: str = "linear") -> LayerFacts:
    """The output's layer."""
    return layer("head", activation=activation, units=1, use_bias=use_bias)


def model(*layers: LayerFacts, targets: TargetFacts = OFF_CENTRE, **details: Any) -> Facts:
    """A chain of layers under a regression's head."""
    outputs = [output("linear", 1, "mean_squared_error")]
    return facts(outputs=outputs, targets=[targets], layers=layers, calls=chain(*layers), **details)


@pytest.mark.parametrize("targets", [OFF_CENTRE, UNEVEN], ids=["mean", "classes"])
def test_no_bias_at_all_and_targets_that_ask_for_one(targets: TargetFacts) -> None:
    """A net without a single bias under targets far from zero, or very uneven classes, is a warning."""
    (finding,) = findings(MissingBias(), model(HIDDEN, head(), targets=targets))

    assert (finding.cause, finding.severity) == (Cause.MISSING_BIAS, Severity.WARNING)
    assert [place.layer for place in finding.where] == ["hidden", "head"]
    assert [edit.name for edit in finding.remedies[0].edits] == ["add_biases"]


@pytest.mark.parametrize(
    "subject",
    [
        model(HIDDEN, head(), targets=target("continuous")),
        model(layer("hidden"), head()),
        model(layer("hidden", use_bias=False, activation="sigmoid"), head()),
        model(LINEAR, NORM, layer("act", "ReLU", activation="relu", use_bias=None, weights=()), head()),
        model(HIDDEN, head(), inputs=[array(feature_mean_maximum=1.0, constant_features=1)]),
        model(layer("ids", "Embedding", activation=None, use_bias=None), head()),
        model(layer("own", "Mine", built_in=False, use_bias=None), head()),
    ],
    ids=["centred targets", "bias below", "sigmoid below", "normalisation below", "column of ones", "embedding", "own layer"],
)
def test_where_an_offset_is_not_asked_for_or_can_be_built_it_is_a_note(subject: Facts) -> None:
    """Centred targets ask for no offset, and whatever is not zero at zero gives the output one to build on."""
    (finding,) = findings(MissingBias(), subject)

    assert finding.severity is Severity.NOTE


def test_a_model_that_learns_well_gets_a_note() -> None:
    """What the run makes up for is no fault of it."""
    assert findings(MissingBias(), model(HIDDEN, head()), own_course(0.95))[0].severity is Severity.NOTE


@pytest.mark.parametrize(
    "layers",
    [
        (LINEAR, NORM, layer("next")),
        (LINEAR, layer("drop", "Dropout", activation=None, use_bias=None, weights=()), layer("next")),
        (LINEAR, layer("norm", "LayerNormalization", activation=None, use_bias=None), layer("next")),
        (LINEAR, layer("attention", "MultiHeadAttention", activation=None), layer("next")),
        (layer("hidden", "DepthwiseConv2D", activation="linear", use_bias=False), layer("next", "Conv2D")),
    ],
    ids=["batch norm", "next bias", "layer norm", "attention", "depthwise"],
)
def test_a_bias_that_something_behind_makes_up_for_is_not_missed(layers: tuple[LayerFacts, ...]) -> None:
    """Normalisations and affine layers with a bias directly behind take its place."""
    assert findings(MissingBias(), model(*layers, head(use_bias=True))) == ()


def test_a_normalisation_behind_the_sum_of_a_residual_branch_counts() -> None:
    """A projection without a bias whose sum is normalised is as usual."""
    calls = wired("input > hidden > +AddV2 > norm > head", "input > +AddV2")

    assert findings(MissingBias(), facts(layers=[LINEAR, NORM, head(use_bias=True)], calls=calls)) == ()


def test_biases_everywhere_rule_it_out() -> None:
    """Where all layers have one, it is no cause; where the forward pass is not known, nothing is said."""
    assert ruled_out(MissingBias(), model(layer("hidden"), head(use_bias=True))) == (Cause.MISSING_BIAS,)
    assert ruled_out(MissingBias(), facts()) == ()
    assert findings(MissingBias(), facts(layers=[HIDDEN, head()])) == ()
