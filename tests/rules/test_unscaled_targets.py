"""Regression targets far from order one."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.unscaled_targets import UnscaledTargets
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings, own_course, ruled_out


def regression(mean: float, std: float, activation: str = "linear", loss: str = "mean_squared_error") -> Facts:
    """A regression to targets of these moments."""
    return facts([output(activation, 1, loss)], [target("continuous", array={"mean": mean, "std": std})])


@pytest.mark.parametrize(("scale", "severity"), [(3e7, Severity.WARNING), (5e3, Severity.WARNING), (250.0, Severity.NOTE)])
def test_severity_follows_the_order_of_magnitude(scale: float, severity: Severity) -> None:
    """Thousands and more are a warning, hundreds a note."""
    (finding,) = findings(UnscaledTargets(), regression(scale, scale))

    assert finding.cause is Cause.TARGET_SCALE
    assert finding.severity is severity


def test_remedy_writes_the_targets_moments() -> None:
    """The patch undoes the scaling with the targets' own mean and deviation."""
    (finding,) = findings(UnscaledTargets(), regression(5000.0, 2000.0))

    assert finding.remedies[0].patch.startswith("keras.layers.Rescaling(scale=2000, offset=5000)")


@pytest.mark.parametrize(
    "subject",
    [
        regression(22.0, 9.0),
        regression(1e6, 1e6, loss="mean_absolute_percentage_error"),
        regression(1e6, 1e6, activation="sigmoid"),
        facts(),
    ],
    ids=["small", "relative error", "bounded head", "classes"],
)
def test_other_subjects_are_silent(subject: Facts) -> None:
    """Small targets, relative errors, heads that cannot grow anyway and classes are not this fault."""
    assert findings(UnscaledTargets(), subject) == ()


def test_small_targets_rule_the_cause_out() -> None:
    """Targets of order one rule it out for a regression, and nothing is said of a classification."""
    assert ruled_out(UnscaledTargets(), regression(0.0, 1.0)) == (Cause.TARGET_SCALE,)
    assert ruled_out(UnscaledTargets(), facts()) == ()


def test_model_that_learns_well_gets_a_note() -> None:
    """Where the user's own recipe comes far, this is a note; where it does not, a warning."""
    assert findings(UnscaledTargets(), regression(5000.0, 2000.0), own_course(0.95))[0].severity is Severity.NOTE
    assert findings(UnscaledTargets(), regression(5000.0, 2000.0), own_course(0.4))[0].severity is Severity.WARNING
