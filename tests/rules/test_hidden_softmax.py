"""Softmax as the activation of a hidden layer."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.hidden_softmax import HiddenSoftmax
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import chain, wired
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())
SOFT = layer("soft", activation="softmax")
PLAIN = layer("soft", activation="linear")
ACT = layer("act", "Softmax", activation="softmax", weights=(), parameters=0)


def model(*layers: LayerFacts) -> Facts:
    """A chain."""
    return facts(layers=layers, calls=chain(*layers))


@pytest.mark.parametrize("layers", [(SOFT, HEAD), (PLAIN, ACT, HEAD)], ids=["own", "layer"])
def test_a_softmax_that_is_weighed_again_is_a_warning(layers: tuple[LayerFacts, ...]) -> None:
    """As the layer's own activation, and as a layer of its own."""
    (finding,) = findings(HiddenSoftmax(), model(*layers))

    assert (finding.cause, finding.severity) == (Cause.HIDDEN_ACTIVATION, Severity.WARNING)


def test_a_model_that_learns_well_gets_a_note() -> None:
    """A softmax over codes that works is a choice."""
    assert findings(HiddenSoftmax(), model(SOFT, HEAD), own_course(0.95))[0].severity is Severity.NOTE


@pytest.mark.parametrize(
    "subject",
    [
        model(layer("hidden"), HEAD),
        facts(layers=[SOFT, HEAD], calls=wired("input > soft > +Mul > head", "input > +Mul")),
        facts(layers=[SOFT, HEAD], calls=wired("input > soft > +BatchMatMulV2 > head", "input > +BatchMatMulV2")),
        facts(layers=[SOFT, layer("gate", "Multiply", activation=None), HEAD], calls=wired("input > soft > gate > head")),
        facts(layers=[SOFT, HEAD], calls=wired("input > soft > +ConcatV2 > head", "input > +ConcatV2")),
        facts(layers=[SOFT, HEAD]),
    ],
    ids=["head", "gate", "attention", "gate layer", "beside others", "unknown"],
)
def test_shares_that_are_used_as_shares_are_silent(subject: Facts) -> None:
    """Attention, gates, cascades that hand an answer on beside the inputs, and the head itself."""
    assert findings(HiddenSoftmax(), subject) == ()
