"""Probabilities under a cross-entropy that takes them for logits."""

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.probabilities_with_from_logits import ProbabilitiesWithFromLogits
from tests.evidence_samples import facts, head_layer, keras_loss, layer, output, target
from tests.rules.judging import findings
from tests.rules.loss_seen import alike, own_loss, predicted, seen

TOLD = keras_loss(from_logits=True)


def test_last_softmax_is_a_note() -> None:
    """Keras finds the logits behind a softmax that is the very last operation, so nothing changes: a note."""
    (finding,) = findings(ProbabilitiesWithFromLogits(), facts([output("softmax", 10, TOLD)]))

    assert finding.cause is Cause.LOGITS_MISMATCH
    assert finding.severity is Severity.NOTE


def test_softmax_behind_a_reshape_is_an_error() -> None:
    """Behind a Reshape the logits are lost, and the softmax is applied twice; the Reshape is named."""
    head = output("softmax", 10, TOLD, activation_behind="reshape")
    reshape = layer("reshape", "Reshape", activation=None, weights=(), parameters=0)

    (finding,) = findings(ProbabilitiesWithFromLogits(), facts([head], layers=[head_layer(head), reshape]))

    assert finding.severity is Severity.ERROR
    assert finding.where[-1].layer == "reshape"
    assert finding.remedies[0].patch == 'loss="sparse_categorical_crossentropy"'


def test_other_heads_are_silent() -> None:
    """Logits with from_logits and probabilities without it are sound."""
    assert findings(ProbabilitiesWithFromLogits(), facts([output("linear", 10, TOLD)])) == ()
    assert findings(ProbabilitiesWithFromLogits(), facts()) == ()


def test_logits_that_the_loss_does_not_find_are_an_error() -> None:
    """Where the gradient was seen to go through the probabilities, it does not matter what lies behind the activation."""
    head = output("softmax", 10, keras_loss("categorical_crossentropy", from_logits=True))
    subject = facts([head], [target("one_hot")])

    (lost,) = findings(ProbabilitiesWithFromLogits(), subject, seen(built_in=True, predicted=predicted(finds_logits=False)))
    (kept,) = findings(ProbabilitiesWithFromLogits(), subject, seen(built_in=True, predicted=predicted(finds_logits=True)))

    assert (lost.severity, kept.severity) == (Severity.ERROR, Severity.NOTE)


def test_softmax_inside_a_loss_of_ones_own_is_an_error() -> None:
    """A loss written by hand that takes logits, on top of a softmax, is a second softmax."""
    by_hand = seen(likeness=alike("categorical_crossentropy", from_logits=True), predicted=predicted(finds_logits=False))

    (found,) = findings(ProbabilitiesWithFromLogits(), own_loss(), by_hand)

    assert found.severity is Severity.ERROR
    assert "own is 1 times categorical_crossentropy(from_logits=True)" in found.evidence[1].text
