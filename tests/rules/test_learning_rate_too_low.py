"""The learning rate below the usable ones."""

import pytest

from dnndoctor.experiments import Preset, Settings
from dnndoctor.finding import Cause, Finding, RuledOut, Severity
from dnndoctor.rules.learning_rate_too_low import LearningRateTooLow
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


def test_sick() -> None:
    """A rate a hundred times too low is an error with a verified remedy."""
    (finding,) = LearningRateTooLow().judge(examined(ToyPatient(rate=0.01), settings=QUICK))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.LEARNING_RATE_LOW
    assert finding.severity is Severity.ERROR
    assert finding.confidence >= 0.7
    assert finding.remedies[0].verified
    assert finding.remedies[0].edits[0].parameters["factor"] == 300.0


def test_epochs_are_the_equivalent() -> None:
    """Where four times the epochs get there as well, that is offered as the other way."""
    (finding,) = LearningRateTooLow().judge(examined(ToyPatient(rate=0.08), settings=QUICK))

    assert isinstance(finding, Finding)
    assert any("epochs" in remedy.title for remedy in finding.remedies)
    assert any("an epoch" in statement.text for statement in finding.evidence)
    assert [edit.name for edit in finding.remedies[1].edits] == ["epochs"]
    assert float(finding.remedies[1].edits[0].parameters["factor"] or 0) > 1


def test_short_race_on_a_healthy_model() -> None:
    """A model that learns by its own recipe has at most a note, though a higher rate wins over the short horizon."""
    long = facts(recipe={"epochs": 25})
    said = list(LearningRateTooLow().judge(examined(ToyPatient(rate=0.2), long, QUICK)))

    assert all(isinstance(word, Finding) and word.severity is Severity.NOTE for word in said)
    assert not any("too low" in word.title for word in said if isinstance(word, Finding))
    assert said


def test_healthy_is_ruled_out() -> None:
    """On a healthy model the rate is ruled out."""
    (ruled_out,) = LearningRateTooLow().judge(examined(ToyPatient(), settings=QUICK))

    assert isinstance(ruled_out, RuledOut)


def test_too_high_is_not_too_low() -> None:
    """Where lower rates do better, too low is ruled out."""
    (ruled_out,) = LearningRateTooLow().judge(examined(ToyPatient(rate=30.0), settings=QUICK))

    assert isinstance(ruled_out, RuledOut)
    assert "below" in ruled_out.why


@pytest.mark.parametrize(
    ("epochs", "severity", "words"), [(100, Severity.WARNING, "seems too low"), (400, Severity.NOTE, "faster")]
)
def test_nothing_learnt_in_a_good_part_of_the_course(epochs: int, severity: Severity, words: str) -> None:
    """A quarter of the course without any skill, where another rate learns in fewer steps, is a warning; a sixteenth is none."""
    (finding,) = LearningRateTooLow().judge(examined(ToyPatient(rate=0.002), facts(recipe={"epochs": epochs}), QUICK))

    assert isinstance(finding, Finding)
    assert finding.severity is severity
    assert words in finding.title
