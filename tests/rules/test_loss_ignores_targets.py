"""Losses whose gradient is the same whatever the targets are."""

from dataclasses import replace

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.loss_ignores_targets import LossIgnoresTargets
from tests.evidence_samples import output, target
from tests.rules.judging import findings
from tests.rules.loss_seen import own_loss, seen

NUMBER = own_loss(output("linear", 1), target("continuous"))


def test_difference_without_a_square_is_an_error() -> None:
    """The mean of y - p changes with the targets, but its gradient does not."""
    (found,) = findings(LossIgnoresTargets(), NUMBER, seen(gradient_uses_targets=False, constant_slope=True))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.ERROR)
    assert "the gradient does not" in found.evidence[0].text


def test_loss_that_never_reads_the_targets_is_an_error_where_they_are_compared_elsewhere() -> None:
    """Probabilities of the targets' classes, or a metric, show that the targets were to be met."""
    measured = own_loss(replace(output("linear", 1), metrics=("mean_absolute_error",)), target("continuous"))
    ignoring = seen(uses_targets=False, gradient_uses_targets=False)

    assert findings(LossIgnoresTargets(), own_loss(), ignoring)[0].severity is Severity.ERROR
    assert findings(LossIgnoresTargets(), measured, ignoring)[0].severity is Severity.ERROR


def test_loss_without_targets_alone_is_a_note() -> None:
    """Where nothing else looks at the output, it may be meant to do without targets."""
    (found,) = findings(LossIgnoresTargets(), NUMBER, seen(uses_targets=False, gradient_uses_targets=False))

    assert found.severity is Severity.NOTE


def test_output_that_is_the_loss_is_silent() -> None:
    """A loss that hands the output through has one slope everywhere, and no use for targets."""
    handed = seen(uses_targets=False, gradient_uses_targets=False, constant_slope=True)

    assert findings(LossIgnoresTargets(), NUMBER, handed) == ()


def test_what_uses_targets_or_could_not_be_seen_is_silent() -> None:
    """Ordinary losses, Keras' own, flat ones (another finding), and targets that never differ."""
    ignoring = {"uses_targets": False, "gradient_uses_targets": False}

    assert findings(LossIgnoresTargets(), own_loss(), seen()) == ()
    assert findings(LossIgnoresTargets(), own_loss(), seen(built_in=True, **ignoring)) == ()
    assert findings(LossIgnoresTargets(), own_loss(), seen(flat=True, **ignoring)) == ()
    assert findings(LossIgnoresTargets(), own_loss(), seen(uses_targets=None, gradient_uses_targets=None)) == ()
