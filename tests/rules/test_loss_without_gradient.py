"""Losses that are flat."""

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.loss_without_gradient import LossWithoutGradient
from tests.rules.judging import findings
from tests.rules.loss_seen import own_loss, predicted, seen

SILENT = predicted(no_gradient=1.0, rows_without_gradient=1.0)


def test_counting_loss_is_an_error() -> None:
    """An accuracy as a loss has no slope at any prediction."""
    (found,) = findings(LossWithoutGradient(), own_loss(), seen(flat=True, predicted=SILENT))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.ERROR)
    assert found.remedies[0].edits[0].parameters["name"] == "categorical_crossentropy"


def test_losses_with_some_slope_are_silent() -> None:
    """A mask leaves some rows out, a hinge is flat at the targets only, and Keras' own losses have other rules."""
    masked = predicted(no_gradient=0.6, rows_without_gradient=0.3)

    assert findings(LossWithoutGradient(), own_loss(), seen(predicted=masked)) == ()
    assert findings(LossWithoutGradient(), own_loss(), seen(flat=True, predicted=masked)) == ()
    assert findings(LossWithoutGradient(), own_loss(), seen(flat=False, predicted=SILENT)) == ()
    assert findings(LossWithoutGradient(), own_loss(), seen(flat=True, predicted=SILENT, built_in=True)) == ()
    assert findings(LossWithoutGradient(), own_loss(), seen(flat=None, predicted=None)) == ()
