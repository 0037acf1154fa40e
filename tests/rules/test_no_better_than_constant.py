"""A run that predicts no better than one constant."""

from dnndoctor.experiments import Preset, Settings
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.no_better_than_constant import NoBetterThanConstant
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


def test_sick() -> None:
    """It is an error with a low confidence in its cause, which depends on the fork."""
    (whole,) = NoBetterThanConstant().judge(examined(ToyPatient(learns=False), settings=QUICK))
    (broken,) = NoBetterThanConstant().judge(examined(ToyPatient(learns=False, memorises=False), settings=QUICK))

    assert isinstance(whole, Finding)
    assert isinstance(broken, Finding)
    assert whole.severity is Severity.ERROR
    assert whole.confidence < 0.3
    assert whole.cause is Cause.LABELS
    assert broken.cause is Cause.ARCHITECTURE


def test_healthy() -> None:
    """A run that learns has nothing of it, nor one whose predictions cannot be decoded."""
    assert list(NoBetterThanConstant().judge(examined(ToyPatient(), settings=QUICK))) == []
    assert list(NoBetterThanConstant().judge(examined(ToyPatient(decodes=False, learns=False), settings=QUICK))) == []
