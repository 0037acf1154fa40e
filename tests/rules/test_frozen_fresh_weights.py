"""Layers that are frozen though nothing was ever learnt in them."""

from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.frozen_fresh_weights import FrozenFreshWeights
from tests.evidence_samples import facts, head_layer, layer, output, weight
from tests.rules.judging import findings, own_course, ruled_out

HEAD = head_layer(output())


def frozen(path: str = "backbone", size: int = 64, **details: Any) -> LayerFacts:
    """A layer that is frozen at a fresh draw."""
    return layer(path, trainable=False, weights=(weight(shape=(size, size), trainable=False, **details),))


def test_nothing_to_train_is_an_error() -> None:
    """Where everything is frozen no step changes a thing."""
    (finding,) = findings(FrozenFreshWeights(), facts(layers=[frozen(), frozen("head")], parameters=0))

    assert (finding.cause, finding.severity) == (Cause.FROZEN_LAYERS, Severity.ERROR)


@pytest.mark.parametrize(
    "subject",
    [facts(layers=[frozen(size=640), HEAD]), facts(layers=[layer(), frozen("head", 10)])],
    ids=["most of the weights", "the head"],
)
def test_a_frozen_head_or_most_of_a_model_is_a_warning(subject: Facts) -> None:
    """Random numbers that cannot change, where they matter most."""
    (finding,) = findings(FrozenFreshWeights(), subject)

    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "subject",
    [
        facts(layers=[frozen(size=8), layer(), HEAD]),
        facts(layers=[frozen(size=640), HEAD], recipe={"custom_train_step": True}),
    ],
    ids=["small random features", "a critic inside a generator"],
)
def test_choices_are_notes(subject: Facts) -> None:
    """A small random projection, and parts that a `train_step` of the user's own freezes in turn."""
    assert findings(FrozenFreshWeights(), subject)[0].severity is Severity.NOTE


def test_a_model_that_learns_well_gets_a_note() -> None:
    """A reservoir that works is none the worse for being frozen."""
    assert findings(FrozenFreshWeights(), facts(layers=[frozen(size=640), HEAD]), own_course(0.95))[0].severity is Severity.NOTE


@pytest.mark.parametrize(
    "kept",
    [
        frozen(size=640, loaded=True),
        frozen(size=640, initializer="Zeros", std=0.0),
        frozen(size=640, initializer="sinusoids"),
        layer("mine", "Reservoir", built_in=False, trainable=False, weights=(weight(trainable=False),)),
    ],
    ids=["pretrained", "zeros", "constants of one's own", "own layer"],
)
def test_layers_that_are_frozen_for_what_they_hold_are_silent(kept: LayerFacts) -> None:
    """Pretrained weights, and constants that the user gave."""
    assert findings(FrozenFreshWeights(), facts(layers=[kept, HEAD])) == ()
    assert ruled_out(FrozenFreshWeights(), facts(layers=[kept, HEAD])) == ()


def test_nothing_frozen_rules_the_cause_out() -> None:
    """A model without frozen layers has no such fault."""
    assert ruled_out(FrozenFreshWeights(), facts()) == (Cause.FROZEN_LAYERS,)
