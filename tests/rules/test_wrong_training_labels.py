"""Training rows that are predicted worse than held-out rows."""

from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.wrong_training_labels import WrongTrainingLabels
from tests.evidence_samples import facts
from tests.experiments.control_patient import ControlPatient, controlled

BETTER = ControlPatient(ceiling=0.5, held_out=0.8)


def test_better_on_held_out_rows() -> None:
    """A warning, with the gap and its noise."""
    (finding,) = WrongTrainingLabels().judge(controlled(BETTER))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.LABEL_NOISE, Severity.WARNING)
    assert "higher by 0.3" in finding.evidence[0].text


def test_look_alikes() -> None:
    """As good on both, a little better, worse, too few held-out rows, and rows that are made harder on purpose."""
    rule, few = WrongTrainingLabels(), facts(data={"validation_rows": 20})
    augmented = facts(data={"validation_rows": 400, "augmented": True})

    assert list(rule.judge(controlled(ControlPatient()))) == []
    assert list(rule.judge(controlled(ControlPatient(ceiling=0.8, held_out=0.82)))) == []
    assert list(rule.judge(controlled(ControlPatient(ceiling=0.8, held_out=0.5)))) == []
    assert list(rule.judge(controlled(BETTER, few))) == []
    assert list(rule.judge(controlled(BETTER, augmented))) == []
