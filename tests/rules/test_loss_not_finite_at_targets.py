"""Losses that become NaN where predictions are right."""

import math
from dataclasses import replace

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.loss_not_finite_at_targets import LossNotFiniteAtTargets
from tests.rules.judging import findings, own_course
from tests.rules.loss_seen import course, own_loss, seen

SINGULAR = course(finite_at_targets=False)


def test_singular_loss_is_a_note() -> None:
    """A root of a mean square is not differentiable at zero, which noisy numbers never meet."""
    (found,) = findings(LossNotFiniteAtTargets(), own_loss(), seen(course=SINGULAR))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.NOTE)
    assert [edit.name for edit in found.remedies[1].edits] == ["loss"]


def test_singular_loss_of_a_run_that_explodes_is_a_warning() -> None:
    """Where runs become NaN, it is one of the usual reasons."""
    course_of_runs = own_course(0.5)
    runs = tuple(replace(run, nonfinite_step=40, end=math.nan) for run in course_of_runs.runs)

    (found,) = findings(LossNotFiniteAtTargets(), own_loss(), seen(course=SINGULAR), replace(course_of_runs, runs=runs))

    assert found.severity is Severity.WARNING


def test_finite_losses_and_those_of_keras_are_silent() -> None:
    """A clipped logarithm, a loss that could not be followed, and Keras' own."""
    assert findings(LossNotFiniteAtTargets(), own_loss(), seen()) == ()
    assert findings(LossNotFiniteAtTargets(), own_loss(), seen(course=None)) == ()
    assert findings(LossNotFiniteAtTargets(), own_loss(), seen(course=SINGULAR, built_in=True)) == ()
