"""Targets outside the values that a head can give."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.head_cannot_reach_targets import HeadCannotReachTargets
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings


def regression(activation: str, minimum: float, maximum: float, mean: float, std: float) -> Facts:
    """A regression through this activation to targets of these moments."""
    numbers = {"minimum": minimum, "maximum": maximum, "mean": mean, "std": std}
    return facts([output(activation, 1, "mean_squared_error")], [target("continuous", array=numbers)])


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "softplus", "softmax"])
def test_standardised_targets_are_out_of_reach(activation: str) -> None:
    """Targets around 0 with deviation 1 cannot be met from a bounded side, and stripping the activation is the remedy."""
    subject = facts([output(activation, 3, "mean_squared_error")], [target("continuous", array={"shape": (3,), "features": 3})])

    (finding,) = findings(HeadCannotReachTargets(), subject)

    assert finding.cause is Cause.OUTPUT_ACTIVATION
    assert finding.severity is Severity.ERROR
    assert finding.remedies[0].edits[0].parameters["activation"] == "linear"


def test_the_larger_the_share_the_surer() -> None:
    """Targets that are all out of reach are surer than a few."""
    few = findings(HeadCannotReachTargets(), regression("sigmoid", -0.5, 1.5, 0.5, 0.33))[0]
    everything = findings(HeadCannotReachTargets(), regression("sigmoid", 20.0, 90.0, 50.0, 10.0))[0]

    assert few.confidence < everything.confidence


def test_evidence_says_how_sure_the_share_is() -> None:
    """A share that follows from the moments is told as such, one that only a normal spread suggests as about."""
    proven = findings(HeadCannotReachTargets(), regression("sigmoid", 20.0, 90.0, 50.0, 10.0))[0]
    likely = findings(HeadCannotReachTargets(), regression("tanh", -4.0, 4.0, 0.0, 1.0))[0]

    assert "at least" in proven.title
    assert "about 32%" in likely.title


def test_one_outlier_is_a_warning() -> None:
    """A single negative value among positive ones proves no share, and stays a warning."""
    (finding,) = findings(HeadCannotReachTargets(), regression("relu", -1.0, 5.0, 2.0, 1.0))

    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "subject",
    [
        regression("sigmoid", 0.0, 1.0, 0.3, 0.3),
        regression("relu", 0.0, 90.0, 20.0, 15.0),
        regression("linear", -5.0, 5.0, 0.0, 1.0),
        regression("tanh", -1.0, 1.0000001, 0.0, 0.5),
        regression("custom", -5.0, 5.0, 0.0, 1.0),
        facts(),
    ],
    ids=["pixels", "counts", "linear", "rounding", "custom", "classes"],
)
def test_targets_within_reach_are_silent(subject: Facts) -> None:
    """Pixels under a sigmoid, counts under a relu, anything under a linear head, and unknown functions are silent."""
    assert findings(HeadCannotReachTargets(), subject) == ()


def test_signed_labels_under_a_sigmoid_with_a_distance() -> None:
    """Targets of -1 cannot be met by a sigmoid, and can by a tanh."""
    sick = facts([output("sigmoid", 1, "mean_squared_error")], [target("signed_binary")])
    sound = facts([output("tanh", 1, "mean_squared_error")], [target("signed_binary")])

    assert findings(HeadCannotReachTargets(), sick)
    assert findings(HeadCannotReachTargets(), sound) == ()
