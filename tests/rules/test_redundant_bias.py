"""A bias that the batch normalisation behind it takes away."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Severity
from dnndoctor.rules.redundant_bias import RedundantBias
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import chain, wired
from tests.rules.judging import findings

HEAD = head_layer(output())
CONV = layer("conv", "Conv2D", activation="linear")
NORM = layer("norm", "BatchNormalization", activation=None, settings={"axis": -1})


def model(*layers: LayerFacts) -> Facts:
    """A chain."""
    return facts(layers=layers, calls=chain(*layers))


def test_it_is_a_note_with_the_number_of_biases() -> None:
    """A convolution with a bias in front of batch normalisation is pointed out, and no more than that."""
    (finding,) = findings(RedundantBias(), model(CONV, NORM, HEAD))

    assert finding.severity is Severity.NOTE
    assert finding.evidence[0].values == {"biases": 64.0, "layers": 1.0}


@pytest.mark.parametrize(
    "subject",
    [
        model(layer("conv", "Conv2D", activation="linear", use_bias=False), NORM, HEAD),
        model(layer("conv", "Conv2D", activation="relu"), NORM, HEAD),
        model(CONV, layer("norm", "LayerNormalization", activation=None), HEAD),
        model(CONV, layer("norm", "BatchNormalization", activation=None, settings={"axis": 1}), HEAD),
        facts(layers=[CONV, NORM, HEAD], calls=wired("input > conv > norm > head", "conv > +Relu > head")),
        facts(layers=[CONV, NORM, HEAD], calls=wired("input > conv > +AddV2 > norm > head", "input > +AddV2")),
        facts(layers=[CONV, NORM, HEAD]),
    ],
    ids=["no bias", "activation between", "layer norm", "other axis", "used elsewhere", "sum between", "unknown"],
)
def test_biases_that_survive_are_silent(subject: Facts) -> None:
    """What the normalisation does not take away is not redundant."""
    assert findings(RedundantBias(), subject) == ()
