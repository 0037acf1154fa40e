"""A rate whose outcome depends on the seed."""

from dnndoctor.experiments import Settings
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.learning_rate_not_repeatable import LearningRateNotRepeatable
from tests.experiments.toy_patient import ToyPatient, examined


def test_outcome_by_lot() -> None:
    """Where some seeds fail and a lower rate brings all of them through, that is told; a note, as most runs learn."""
    (finding,) = LearningRateNotRepeatable().judge(examined(ToyPatient(lottery=1), settings=Settings()))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.LEARNING_RATE_HIGH
    assert finding.severity is Severity.NOTE
    assert finding.remedies[0].edits[0].parameters["factor"] == 0.3
    assert "6 seeds" in finding.title


def test_steady_patient() -> None:
    """A patient whose seeds agree has nothing of it."""
    assert list(LearningRateNotRepeatable().judge(examined(ToyPatient()))) == []


def test_noise_that_no_rate_removes() -> None:
    """Losses that differ between seeds by the patient's own noise are no matter of the rate."""
    assert list(LearningRateNotRepeatable().judge(examined(ToyPatient(noise=0.4)))) == []
