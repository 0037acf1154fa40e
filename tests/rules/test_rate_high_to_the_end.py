"""A constant rate that is too high for the end of the course."""

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.other_schedules import OtherSchedules
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.rate_high_to_the_end import RateHighToTheEnd
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb, examined, scheduled


def findings(patient: ToyPatient, subject: Facts | None = None, preset: Preset = Preset.STANDARD) -> tuple[Finding, ...]:
    evidence, _ = climb(OtherSchedules(), examined(patient, subject, Settings(preset, (0, 1))), patient)
    if evidence.of(OtherSchedules) is None:
        return ()
    return tuple(word for word in RateHighToTheEnd().judge(evidence) if isinstance(word, Finding))


def test_a_drop_that_lifts_the_run() -> None:
    """A run that the rate keeps halfway, and a drop near the end takes to the goal, is an error with low confidence."""
    (finding,) = findings(ToyPatient(jumps=0.5))

    assert finding.cause is Cause.LEARNING_RATE_HIGH
    assert finding.severity is Severity.ERROR
    assert finding.confidence < 0.5
    assert finding.remedies[0].verified
    assert finding.remedies[0].edits[0].name == "two_phases"


def test_a_little_gain_is_a_note() -> None:
    """Nearly every recipe gains a little by a drop."""
    (finding,) = findings(ToyPatient(jumps=0.05), preset=Preset.DEEP)

    assert finding.severity is Severity.NOTE


def test_healthy_and_scheduled() -> None:
    """A recipe that learns is not asked, and one with a schedule is another rule's."""
    assert findings(ToyPatient()) == ()
    assert findings(ToyPatient(decay=0.85, jumps=0.5), scheduled(0.85)) == ()
    assert findings(ToyPatient(learns=False), facts()) == ()
