"""The learning rate above the usable ones."""

import pytest

from dnndoctor.experiments import Preset, Settings
from dnndoctor.finding import Cause, Finding, RuledOut, Severity
from dnndoctor.rules.learning_rate_too_high import LearningRateTooHigh
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


@pytest.mark.parametrize("rate", [30.0, 300.0])
def test_sick(rate: float) -> None:
    """A rate that leaves the run stuck or makes it NaN is an error, with a verified remedy that says what to write."""
    (finding,) = LearningRateTooHigh().judge(examined(ToyPatient(rate=rate), settings=QUICK))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.LEARNING_RATE_HIGH
    assert finding.severity is Severity.ERROR
    assert finding.confidence >= 0.7
    assert finding.remedies[0].verified
    assert set(finding.remedies[0].seeds) == {1000, 1001}
    assert finding.remedies[0].patch.startswith("optimizer=keras.optimizers.Adam(learning_rate=")
    assert finding.evidence[0].trials
    assert "2 of 2 fresh seeds" in finding.evidence[0].text


def test_healthy_is_ruled_out() -> None:
    """On a healthy model the rate is ruled out, with the measurement that does it."""
    (ruled_out,) = LearningRateTooHigh().judge(examined(ToyPatient(), settings=QUICK))

    assert isinstance(ruled_out, RuledOut)
    assert "within noise" in ruled_out.why


def test_too_low_is_not_too_high() -> None:
    """Where higher rates do better, too high is ruled out."""
    (ruled_out,) = LearningRateTooHigh().judge(examined(ToyPatient(rate=0.01), settings=QUICK))

    assert isinstance(ruled_out, RuledOut)
    assert "above" in ruled_out.why


def test_nothing_learns() -> None:
    """Where no rate gets anywhere, nothing is said of the user's own."""
    assert list(LearningRateTooHigh().judge(examined(ToyPatient(learns=False), settings=QUICK))) == []
