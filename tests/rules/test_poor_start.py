"""Losses at the start that are far from a constant answer's."""

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.poor_start import PoorStart
from tests.evidence_samples import array, facts, head_layer, layer, output, target, weight
from tests.rules.judging import findings, own_course
from tests.start_samples import starting_point

RAW = array(minimum=0.0, maximum=2000.0, mean=600.0, std=300.0)
HIGH = starting_point(losses=((70.0,), (80.0,)))


def test_a_wide_output_is_named() -> None:
    """Ten times as wide as asked: it starts sure of wrong answers."""
    head = head_layer(output())
    wide = layer(head.path, activation="softmax", units=10, weights=(weight(shape=(64, 10), std=2.0),))

    (finding,) = findings(PoorStart(), facts(layers=[layer(), wide]), HIGH)

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INITIALIZER)
    assert finding.where[0].layer == head.path


def test_raw_inputs_are_named() -> None:
    """What reaches the output is as large as they are."""
    (finding,) = findings(PoorStart(), facts(inputs=[RAW]), HIGH)

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INPUT_SCALE)


def test_without_an_explanation_it_is_a_note() -> None:
    """And so it is where the run learns well."""
    assert findings(PoorStart(), facts(), HIGH)[0].severity is Severity.NOTE
    assert findings(PoorStart(), facts(inputs=[RAW]), HIGH, own_course(0.95))[0].severity is Severity.NOTE


def test_too_good_a_start_is_a_note_of_leakage() -> None:
    """Unless the weights were loaded."""
    low = starting_point(losses=((0.5,), (0.6,)))
    loaded = facts(layers=[layer(weights=(weight(loaded=True),)), head_layer(output())])

    (finding,) = findings(PoorStart(), facts(), low)

    assert (finding.severity, finding.cause) == (Severity.NOTE, Cause.LEAKAGE)
    assert findings(PoorStart(), loaded, low) == ()


def test_usual_starts_regressions_and_unknown_losses_are_silent() -> None:
    """Up to a few times the constant answer's; numbers far from zero; likelihoods, which have no such answer."""
    for losses in ((2.4,), (7.0,), (2.0,)):
        assert findings(PoorStart(), facts(), starting_point(losses=(losses,))) == ()
    assert findings(PoorStart(), facts(targets=[target("continuous")]), HIGH) == ()
    assert findings(PoorStart(), facts(), starting_point(losses=((-300.0,),), constant_loss=None)) == ()
