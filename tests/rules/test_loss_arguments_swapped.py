"""Losses with targets and predictions in each other's place."""

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.loss_arguments_swapped import LossArgumentsSwapped
from tests.evidence_samples import output, target
from tests.rules.judging import findings
from tests.rules.loss_seen import alike, own_loss, seen


def test_swapped_cross_entropy_is_an_error() -> None:
    """A cross-entropy that equals Keras' with its arguments swapped, and only so, is named."""
    (found,) = findings(LossArgumentsSwapped(), own_loss(), seen(likeness=alike("categorical_crossentropy", False, swapped=True)))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.ERROR)
    assert "categorical_crossentropy with targets and predictions swapped" in found.title


def test_reverse_divergence_of_shares_is_a_note() -> None:
    """The reverse divergence between shares is a method of its own."""
    shares = own_loss(output("softmax", 10), target("probabilities"))

    (found,) = findings(LossArgumentsSwapped(), shares, seen(likeness=alike("kl_divergence", swapped=True)))

    assert found.severity is Severity.NOTE


def test_losses_in_order_are_silent() -> None:
    """Multiples of Keras' losses in order, and losses like none of them."""
    assert findings(LossArgumentsSwapped(), own_loss(), seen(likeness=alike("categorical_crossentropy", False))) == ()
    assert findings(LossArgumentsSwapped(), own_loss(), seen()) == ()
