"""Recurrence over very many steps."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.long_recurrence import LongRecurrence
from tests.evidence_samples import array, facts, head_layer, layer, output
from tests.flows import chain
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())
LSTM = layer("lstm", "LSTM", activation="tanh")
SHORTENED = layer("conv", "Conv1D", output_shape=(200, 64))


def model(*layers: LayerFacts, length: int = 2000) -> Facts:
    """A chain on sequences of that length."""
    return facts(inputs=[array(shape=(length, 4), features=4)], layers=layers, calls=chain(*layers))


def test_two_thousand_steps_are_a_note_and_a_warning_where_the_model_fails() -> None:
    """The length is read from the inputs."""
    (finding,) = findings(LongRecurrence(), model(LSTM, HEAD))

    assert (finding.cause, finding.severity) == (Cause.ARCHITECTURE, Severity.NOTE)
    assert finding.evidence[0].values == {"steps": 2000.0}
    assert findings(LongRecurrence(), model(LSTM, HEAD), own_course(0.0))[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    "layers",
    [
        (layer("ids", "Embedding", activation=None, output_shape=(900, 8)), LSTM, HEAD),
        (
            layer("both", "Bidirectional", activation=None, weights=()),
            layer("both/forward_lstm", "LSTM", activation="tanh"),
            HEAD,
        ),
    ],
    ids=["embedding", "both directions"],
)
def test_the_length_is_read_where_the_recurrence_begins(layers: tuple[LayerFacts, ...]) -> None:
    """Behind an embedding from what that gives, and inside a wrapper from what the wrapper takes."""
    called = [part for part in layers if "/" not in part.path]
    subject = facts(inputs=[array(shape=(900, 4))], layers=layers, calls=chain(*called))

    assert findings(LongRecurrence(), subject)[0].evidence[0].values == {"steps": 900.0}


def test_plain_recurrence_forgets_sooner() -> None:
    """A hundred steps are much for a recurrence without gates, and little for an LSTM."""
    assert findings(LongRecurrence(), model(layer("rnn", "SimpleRNN", activation="tanh"), HEAD, length=100))
    assert findings(LongRecurrence(), model(LSTM, HEAD, length=100)) == ()


@pytest.mark.parametrize("subject", [model(SHORTENED, LSTM, HEAD), model(SHORTENED, HEAD), facts(layers=[LSTM, HEAD])])
def test_others_are_silent(subject: Facts) -> None:
    """Sequences that are shortened first, models without recurrence, and forward passes that are not known."""
    assert findings(LongRecurrence(), subject) == ()
