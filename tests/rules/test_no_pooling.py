"""A convolutional net on images that never lowers the resolution."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.no_pooling import NoPooling
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import chain, wired
from tests.rules.judging import findings

HEAD = head_layer(output())
FLATTEN = layer("flatten", "Flatten", activation=None, weights=(), parameters=0)


def convolution(path: str, side: int = 28, strides: str = "(1, 1)", kind: str = "Conv2D") -> LayerFacts:
    """A convolution that gives 32 channels of that side."""
    return layer(path, kind, units=32, output_shape=(side, side, 32), settings={"strides": strides})


def model(*layers: LayerFacts) -> Facts:
    """A chain."""
    return facts(layers=layers, calls=chain(*layers))


THREE = [convolution("a"), convolution("b"), convolution("c")]


def test_three_convolutions_flattened_at_full_resolution_are_a_note() -> None:
    """They are pointed out with the side of what is flattened."""
    (finding,) = findings(NoPooling(), model(*THREE, FLATTEN, HEAD))

    assert (finding.cause, finding.severity) == (Cause.TRANSLATION_SENSITIVITY, Severity.NOTE)
    assert finding.evidence[0].values == {"convolutions": 3.0, "side": 28.0}


def plain(path: str, kind: str) -> LayerFacts:
    """A layer without weights."""
    return layer(path, kind, activation=None, weights=(), parameters=0, units=None)


@pytest.mark.parametrize(
    "subject",
    [
        model(*THREE, plain("pool", "MaxPooling2D"), FLATTEN, HEAD),
        model(*THREE, plain("pool", "GlobalAveragePooling2D"), HEAD),
        model(convolution("down", strides="(2, 2)"), *THREE, FLATTEN, HEAD),
        model(*THREE[:2], FLATTEN, HEAD),
        model(*(convolution(name, side=8) for name in "abc"), FLATTEN, HEAD),
        model(*THREE),
        model(*THREE, layer("own", "Mine", built_in=False), FLATTEN, HEAD),
        facts(layers=[*THREE, FLATTEN, HEAD], calls=wired("input > a > b > +MaxPool > c > flatten > head")),
        facts(layers=[*THREE, FLATTEN, HEAD]),
    ],
    ids=["pooled", "averaged", "strided", "shallow", "small", "image out", "own layer", "operation", "unknown"],
)
def test_nets_that_pool_or_need_not_are_silent(subject: Facts) -> None:
    """Anything that lowers the resolution counts; small images, shallow nets and unknown layers are left alone."""
    assert findings(NoPooling(), subject) == ()
