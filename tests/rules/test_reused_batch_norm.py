"""One batch normalisation for two places."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.reused_batch_norm import ReusedBatchNorm
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import wired
from tests.rules.judging import findings, own_course

LAYERS = [
    layer("a", activation="linear"),
    layer("b", activation="linear"),
    layer("norm", "BatchNormalization", activation=None),
    head_layer(output()),
]
TWICE = facts(layers=LAYERS, calls=wired("input > a > norm > b > norm#2 > head"))


def test_two_places_are_a_warning_that_names_both() -> None:
    """A normalisation behind two different layers is a mixture of both."""
    (finding,) = findings(ReusedBatchNorm(), TWICE)

    assert (finding.cause, finding.severity) == (Cause.BATCH_NORM, Severity.WARNING)
    assert finding.evidence[0].text == "it is called behind a and behind b"
    assert [edit.name for edit in finding.remedies[0].edits] == ["batch_norm_off"]


def test_a_model_that_learns_well_gets_a_note() -> None:
    """Places that are alike enough do no harm."""
    assert findings(ReusedBatchNorm(), TWICE, own_course(0.95))[0].severity is Severity.NOTE


@pytest.mark.parametrize(
    "subject",
    [
        facts(layers=LAYERS, calls=wired("input > a > norm > b > head")),
        facts(layers=LAYERS, calls=wired("input > a > norm > +Sub > head", "input2 > a#2 > norm#2 > +Sub")),
        facts(layers=LAYERS, calls=wired("input > norm > a > +Sub > head", "input2 > norm#2 > a#2 > +Sub")),
        facts(
            layers=[*LAYERS[:2], layer("norm", "LayerNormalization", activation=None), LAYERS[3]],
            calls=wired("input > a > norm > b > norm#2 > head"),
        ),
        facts(layers=LAYERS),
    ],
    ids=["once", "siamese", "siamese inputs", "layer norm", "unknown"],
)
def test_look_alikes_are_silent(subject: Facts) -> None:
    """Towers that share everything see like values at each call, and a layer normalisation keeps no statistics."""
    assert findings(ReusedBatchNorm(), subject) == ()
