"""Recurrent layers with an activation that has no bound."""

import pytest

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.rectified_recurrence import RectifiedRecurrence
from tests.evidence_samples import facts, head_layer, layer, output
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())
RELU = layer("lstm", "LSTM", activation="relu")


def test_it_is_a_note_and_a_warning_where_the_model_fails() -> None:
    """Relu in an LSTM trains now and then."""
    (finding,) = findings(RectifiedRecurrence(), facts(layers=[RELU, HEAD]))

    assert (finding.cause, finding.severity) == (Cause.HIDDEN_ACTIVATION, Severity.NOTE)
    assert findings(RectifiedRecurrence(), facts(layers=[RELU, HEAD]), own_course(0.0))[0].severity is Severity.WARNING
    assert finding.remedies[0].edits == (hidden_activation("tanh", [RELU.path]),)


@pytest.mark.parametrize("other", [layer("gru", "GRU", activation="tanh"), layer("dense"), layer("conv", "Conv1D")])
def test_others_are_silent(other: LayerFacts) -> None:
    """Tanh in recurrent layers, and relu in all others."""
    assert findings(RectifiedRecurrence(), facts(layers=[other, HEAD])) == ()
