"""Dropout that leaves too little."""

import pytest

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.dropout_too_strong import DropoutTooStrong
from tests.evidence_samples import facts, head_layer, layer, output
from tests.rules.judging import findings, own_course, ruled_out

HEAD = head_layer(output())


def dropout(rate: float, path: str = "dropout") -> LayerFacts:
    """A dropout layer of this rate."""
    return layer(path, "Dropout", activation=None, weights=(), parameters=0, settings={"rate": rate})


def test_share_to_keep_is_a_warning_with_its_complement() -> None:
    """A rate of 0.8 is a warning, and 0.2 is what to write."""
    (finding,) = findings(DropoutTooStrong(), facts(layers=[layer(), dropout(0.8), HEAD]))

    assert finding.cause is Cause.DROPOUT
    assert finding.severity is Severity.WARNING
    assert [edit.name for edit in finding.remedies[0].edits] == ["dropout_off"]
    assert finding.remedies[1].patch == "keras.layers.Dropout(0.2)"


def test_several_layers_are_surer_than_one() -> None:
    """Two layers of 0.7 are surer than one, and both are named."""
    one = findings(DropoutTooStrong(), facts(layers=[layer(), dropout(0.7), HEAD]))[0]
    two = findings(DropoutTooStrong(), facts(layers=[layer(), dropout(0.7), dropout(0.7, "dropout_1"), HEAD]))[0]

    assert one.confidence < two.confidence
    assert len(two.where) == 2


def test_model_that_learns_well_gets_a_note() -> None:
    """Where the user's own recipe comes far, a strong dropout is meant."""
    subject = facts(layers=[layer(), dropout(0.8), HEAD])

    assert findings(DropoutTooStrong(), subject, own_course(0.95))[0].severity is Severity.NOTE
    assert findings(DropoutTooStrong(), subject, own_course(0.4))[0].severity is Severity.WARNING


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.6])
def test_ordinary_rates_are_silent(rate: float) -> None:
    """The usual rates are no fault."""
    assert findings(DropoutTooStrong(), facts(layers=[layer(), dropout(rate), HEAD])) == ()


def test_no_dropout_rules_the_cause_out() -> None:
    """A model that drops nothing rules it out; dropout inside a recurrent layer does not."""
    recurrent = layer("lstm", "LSTM", settings={"dropout": 0.3})

    assert ruled_out(DropoutTooStrong(), facts()) == (Cause.DROPOUT,)
    assert ruled_out(DropoutTooStrong(), facts(layers=[recurrent, HEAD])) == ()
