"""Dropout in front of batch normalisation."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Severity
from dnndoctor.rules.dropout_before_batch_norm import DropoutBeforeBatchNorm
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import chain
from tests.rules.judging import findings

HEAD = head_layer(output())
NORM = layer("norm", "BatchNormalization", activation=None)
LINEAR = layer("linear", activation="linear")


def drop(rate: float = 0.5) -> LayerFacts:
    """Dropout of that rate."""
    return layer("drop", "Dropout", activation=None, weights=(), parameters=0, settings={"rate": rate})


def model(*layers: LayerFacts) -> Facts:
    """A chain."""
    return facts(layers=layers, calls=chain(*layers))


@pytest.mark.parametrize("layers", [(drop(), NORM), (drop(), LINEAR, NORM)], ids=["directly", "behind weights"])
def test_it_is_a_note_with_the_shift_of_the_variance(layers: tuple[LayerFacts, ...]) -> None:
    """Half of the units dropped doubles the variance."""
    (finding,) = findings(DropoutBeforeBatchNorm(), model(*layers, HEAD))

    assert finding.severity is Severity.NOTE
    assert "2 times" in finding.evidence[0].text
    assert [edit.name for edit in finding.remedies[0].edits] == ["dropout_off"]


@pytest.mark.parametrize(
    "subject",
    [
        model(LINEAR, NORM, drop(), HEAD),
        model(drop(), layer("hidden"), NORM, HEAD),
        model(drop(0.0), NORM, HEAD),
        model(drop(), layer("norm", "LayerNormalization", activation=None), HEAD),
        facts(layers=[drop(), NORM, HEAD]),
    ],
    ids=["behind", "activation between", "rate 0", "layer norm", "unknown"],
)
def test_others_are_silent(subject: Facts) -> None:
    """Dropout behind the normalisation, and normalisations without running statistics."""
    assert findings(DropoutBeforeBatchNorm(), subject) == ()
