"""Losses that fall as predictions get worse."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.loss import Course
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.loss_upside_down import LossUpsideDown
from tests.evidence_samples import output, target
from tests.rules.judging import findings
from tests.rules.loss_seen import alike, course, own_loss, seen

NUMBER = own_loss(output("linear", 1), target("continuous"))
YES_NO = own_loss(output("sigmoid", 1), target("binary"))
CLASSES = own_loss()

# Each as it was measured, or follows from the formula, at the opposite, the constant, the targets and beyond.
R2 = Course(-3.0, 0.0, 1.0, 0.0, pull=-1.0, finite_at_targets=True)
MINUS_ABSOLUTE = Course(-2.0, -1.0, 0.0, -1.0, pull=-0.8, finite_at_targets=True)
DICE = Course(0.01, 0.13, 0.98, None, pull=-1.0, finite_at_targets=True)
LOG_LIKELIHOOD = Course(-6.1, -2.2, -0.02, None, pull=-0.92, finite_at_targets=True)

CONTRASTIVE = Course(11.3, 0.28, 25.7, None, pull=-0.999, finite_at_targets=True)
CONTRASTIVE_RISING = Course(0.1, 0.28, 0.9, None, pull=-0.999, finite_at_targets=True)
EXPONENTIAL_RATE = Course(5.9, 6.1, 7.8, 12.0, pull=-1.0, finite_at_targets=True)
CRITIC = Course(-1.0, 0.0, 1.0, 2.0, pull=-1.0, finite_at_targets=True)
POISSON_LOG = Course(45.3, 7.9, 1066.0, 3.7e6, pull=0.96, finite_at_targets=True)


@pytest.mark.parametrize(
    ("subject", "line"),
    [(NUMBER, R2), (NUMBER, MINUS_ABSOLUTE), (CLASSES, DICE), (CLASSES, LOG_LIKELIHOOD), (YES_NO, LOG_LIKELIHOOD)],
    ids=["R2", "minus the absolute error", "Dice", "likelihood of classes", "likelihood of yes or no"],
)
def test_scores_that_are_minimised_are_errors(subject: Facts, line: Course) -> None:
    """Scores and likelihoods without their minus are named, with the values at the targets and at the constant."""
    (found,) = findings(LossUpsideDown(), subject, seen(course=line))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.ERROR)
    assert found.evidence[0].values["at_targets"] == line.best


def test_negative_multiple_of_a_loss_is_enough() -> None:
    """What is minus one times the squared error needs no further proof, and says so."""
    (found,) = findings(LossUpsideDown(), NUMBER, seen(course=None, likeness=alike("mean_squared_error", factor=-1.0)))

    assert "-1 times mean_squared_error" in found.evidence[0].text


@pytest.mark.parametrize(
    ("subject", "line"),
    [(YES_NO, CONTRASTIVE), (YES_NO, CONTRASTIVE_RISING), (NUMBER, EXPONENTIAL_RATE), (NUMBER, CRITIC), (NUMBER, POISSON_LOG)],
    ids=["contrastive", "contrastive that rises", "exponential rate", "critic", "Poisson by the logarithm"],
)
def test_losses_of_other_quantities_are_silent(subject: Facts, line: Course) -> None:
    """Distances between pairs, rates that stand for the inverse, critics and log links are not upside down."""
    assert findings(LossUpsideDown(), subject, seen(course=line)) == ()


def test_healthy_and_built_in_losses_are_silent() -> None:
    """A loss that falls towards the targets, and whatever is Keras' own."""
    assert findings(LossUpsideDown(), CLASSES, seen()) == ()
    assert findings(LossUpsideDown(), CLASSES, seen(course=course(), likeness=alike("categorical_crossentropy", False))) == ()
    assert findings(LossUpsideDown(), NUMBER, seen(built_in=True, course=R2)) == ()
    assert findings(LossUpsideDown(), NUMBER, seen(course=None)) == ()
