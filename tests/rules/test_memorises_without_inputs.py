"""Samples memorised without looking at them."""

from dnndoctor.evidence.facts import LossFacts
from dnndoctor.experiments import Preset, Settings
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.memorises_without_inputs import MemorisesWithoutInputs
from tests.evidence_samples import facts, output
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


def test_blind_patient() -> None:
    """What is memorised without inputs is a warning, and an error where the run is sick."""
    blind = ToyPatient(memorises_zeros=True)
    sick = ToyPatient(memorises_zeros=True, learns=False)

    (warning,) = MemorisesWithoutInputs().judge(examined(blind, settings=QUICK))
    (error,) = MemorisesWithoutInputs().judge(examined(sick, settings=QUICK))

    assert isinstance(warning, Finding)
    assert warning.severity is Severity.WARNING
    assert warning.cause is Cause.LOSS_FUNCTION
    assert isinstance(error, Finding)
    assert error.severity is Severity.ERROR


def test_a_loss_without_a_known_floor_is_a_note() -> None:
    """Where nothing is decoded, a likelihood of one's own falls without an answer being given."""
    own = facts(outputs=[output(loss=LossFacts("negative_log_likelihood", False))])
    undecodable = ToyPatient(memorises_zeros=True, decodes=False)

    (finding,) = MemorisesWithoutInputs().judge(examined(undecodable, own, QUICK))

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE


def test_custom_step() -> None:
    """With a train_step of the user's own, that is where to look."""
    subject = facts(recipe={"custom_train_step": True})

    (finding,) = MemorisesWithoutInputs().judge(examined(ToyPatient(memorises_zeros=True), subject, QUICK))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.CUSTOM_CODE


def test_healthy() -> None:
    """A model that needs its inputs passes."""
    assert list(MemorisesWithoutInputs().judge(examined(ToyPatient(), settings=QUICK))) == []


def test_two_samples_tell_nothing() -> None:
    """Where only two samples could be asked, a bias may have met them."""
    blind = examined(ToyPatient(memorises_zeros=True), facts(parameters=2), QUICK)

    assert list(MemorisesWithoutInputs().judge(blind)) == []
