"""A distance between numbers as the loss of a classification."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.regression_loss_on_classes import RegressionLossOnClasses
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings, own_course


@pytest.mark.parametrize(
    ("subject", "severity"),
    [
        (facts([output("softmax", 10, "mean_squared_error")], [target()]), Severity.ERROR),
        (facts([output("sigmoid", 1, "mean_squared_error")], [target(classes=4)]), Severity.ERROR),
        (facts([output("softmax", 10, "mean_squared_error")], [target("one_hot")]), Severity.WARNING),
        (facts([output("sigmoid", 1, "mean_absolute_error")], [target("binary")]), Severity.WARNING),
        (facts([output("sigmoid", 1, "mean_squared_error")], [target("binary")]), Severity.NOTE),
    ],
    ids=["ids against ten units", "ids against a sigmoid", "Brier score of ten classes", "absolute error", "Brier score of two"],
)
def test_severity_follows_the_harm(subject: Facts, severity: Severity) -> None:
    """Distances from ids are errors; proper scores are a warning at most, and a note for two classes."""
    (finding,) = findings(RegressionLossOnClasses(), subject)

    assert finding.cause is Cause.LOSS_FUNCTION
    assert finding.severity is severity
    assert "crossentropy" in finding.remedies[0].patch


@pytest.mark.parametrize(
    "subject",
    [
        facts(),
        facts([output("linear", 1, "mean_squared_error")], [target(classes=5)]),
        facts([output("linear", 1, "mean_squared_error")], [target("continuous")]),
        facts([output("sigmoid", 64, "mean_squared_error")], [target("continuous")]),
        facts([output("linear", 1, "mean_squared_error")], [target("binary")]),
    ],
    ids=["cross-entropy", "ordinal regression", "regression", "autoencoder", "least-squares discriminator"],
)
def test_other_pairs_are_silent(subject: Facts) -> None:
    """Regressions, ordinal ones and autoencoders among them, and least-squares discriminators are silent."""
    assert findings(RegressionLossOnClasses(), subject) == ()


def test_model_that_learns_well_gets_a_note() -> None:
    """Where the user's own recipe comes far, this is a note; where it does not, a warning."""
    assert (
        findings(
            RegressionLossOnClasses(), facts([output("softmax", 10, "mean_squared_error")], [target("one_hot")]), own_course(0.95)
        )[0].severity
        is Severity.NOTE
    )
    assert (
        findings(
            RegressionLossOnClasses(), facts([output("softmax", 10, "mean_squared_error")], [target("one_hot")]), own_course(0.4)
        )[0].severity
        is Severity.WARNING
    )
