"""Squared errors whose gradient is in the hand of a few rows."""

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.few_rows_steer import FewRowsSteer
from tests.evidence_samples import facts, keras_loss, output, target
from tests.rules.judging import findings, own_course
from tests.rules.loss_seen import alike, seen

SQUARED = facts([output("linear", 1, "mean_squared_error")], [target("continuous")])


def test_outliers_under_a_squared_error_are_a_note() -> None:
    """Where nothing is wrong with the run, outliers are worth knowing."""
    (found,) = findings(FewRowsSteer(), SQUARED, seen(built_in=True, worst_share=0.46))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.NOTE)
    assert "46%" in found.title
    assert found.remedies[0].edits[0].parameters["name"] == "huber"


def test_outliers_of_a_sick_run_are_a_warning() -> None:
    """A run that is no better than a constant makes them a suspect."""
    (found,) = findings(FewRowsSteer(), SQUARED, seen(built_in=True, worst_share=0.46), own_course(0.0))

    assert found.severity is Severity.WARNING


def test_loss_of_the_users_own_counts_where_it_is_a_square() -> None:
    """A squared error written by hand is one."""
    own = facts([output("linear", 1, keras_loss("own", built_in=False))], [target("continuous")])

    assert findings(FewRowsSteer(), own, seen(worst_share=0.46, likeness=alike("mean_squared_error")))
    assert findings(FewRowsSteer(), own, seen(worst_share=0.46)) == ()


def test_ordinary_tails_and_robust_losses_are_silent() -> None:
    """Normal, exponential and log-normal targets, and losses that outliers do not rule."""
    robust = facts([output("linear", 1, "huber")], [target("continuous")])

    for share in (0.036, 0.063, 0.11, None):
        assert findings(FewRowsSteer(), SQUARED, seen(built_in=True, worst_share=share)) == ()
    assert findings(FewRowsSteer(), robust, seen(built_in=True, worst_share=0.6)) == ()
