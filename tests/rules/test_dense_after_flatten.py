"""One dense layer behind a Flatten that holds nearly all parameters."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Severity
from dnndoctor.rules.dense_after_flatten import DenseAfterFlatten
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import chain
from tests.rules.judging import findings

HEAD = head_layer(output())
CONV = layer("conv", "Conv2D", parameters=1_000)
FLATTEN = layer("flatten", "Flatten", activation=None, weights=(), parameters=0)
BIG = layer("big", parameters=1_000_000)


def model(*layers: LayerFacts, parameters: int = 1_010_000) -> Facts:
    """A chain."""
    return facts(layers=layers, calls=chain(*layers), parameters=parameters)


def test_nearly_all_parameters_in_one_layer_are_a_note() -> None:
    """The share is said, and no more than that."""
    (finding,) = findings(DenseAfterFlatten(), model(CONV, FLATTEN, BIG, HEAD))

    assert finding.severity is Severity.NOTE
    assert finding.evidence[0].values["share"] == pytest.approx(0.99, abs=0.001)


@pytest.mark.parametrize(
    "subject",
    [
        model(CONV, FLATTEN, layer("big", parameters=50_000), HEAD, parameters=52_000),
        model(CONV, FLATTEN, BIG, HEAD, parameters=3_000_000),
        model(FLATTEN, BIG, HEAD),
        model(CONV, layer("pool", "GlobalAveragePooling2D", activation=None, weights=(), parameters=0), BIG, HEAD),
        facts(layers=[CONV, FLATTEN, BIG, HEAD], parameters=1_010_000),
    ],
    ids=["small", "one of several", "dense net", "pooled", "unknown"],
)
def test_others_are_silent(subject: Facts) -> None:
    """Small models, models whose other layers are as large, dense nets on flat images and pooled ones."""
    assert findings(DenseAfterFlatten(), subject) == ()
