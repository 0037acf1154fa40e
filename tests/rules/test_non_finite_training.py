"""NaN in the course of the user's own run."""

from dataclasses import replace

from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.non_finite_training import NonFiniteTraining
from tests.evidence_samples import array, facts, keras_loss, output
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


def judged(evidence: Evidence) -> Finding:
    (finding,) = NonFiniteTraining().judge(evidence)
    assert isinstance(finding, Finding)
    return finding


def test_cured_by_lower_rates() -> None:
    """Where lower rates stay finite it is the rate, and the step is named."""
    finding = judged(examined(ToyPatient(rate=100.0), settings=QUICK))

    assert finding.cause is Cause.LEARNING_RATE_HIGH
    assert finding.severity is Severity.ERROR
    assert "step 2" in finding.title


def test_nan_at_every_rate() -> None:
    """Where no rate is finite, a loss of the user's own is the first suspect."""
    subject = facts(outputs=[output(loss=keras_loss("mine", built_in=False))])
    finding = judged(examined(ToyPatient(rate=1e12), subject, QUICK))

    assert finding.cause is Cause.LOSS_FUNCTION
    assert "no rate down to" in finding.evidence[1].text


def test_data_at_fault() -> None:
    """NaN in the data is another finding's matter."""
    evidence = examined(ToyPatient(rate=100.0), settings=QUICK)
    bad = replace(evidence, facts=facts(inputs=[array(nan_count=3)]))

    assert list(NonFiniteTraining().judge(bad)) == []


def test_healthy() -> None:
    """A finite run has nothing of it."""
    assert list(NonFiniteTraining().judge(examined(ToyPatient(), settings=QUICK))) == []
