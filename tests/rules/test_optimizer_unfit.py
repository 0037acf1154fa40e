"""An optimizer that gets nowhere near Adam, and optimizers that do."""

import pytest

from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.other_optimizers import OtherOptimizers
from dnndoctor.experiments.other_schedules import OtherSchedules
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules.optimizer_unfit import OptimizerUnfit
from tests.evidence_samples import facts, optimizer
from tests.experiments.toy_patient import ToyPatient, climb, examined, scheduled

STANDARD = Settings(Preset.STANDARD, (0, 1))
SGD = facts(recipe={"optimizers": (optimizer("SGD", 0.01),)})


def climbed(patient: ToyPatient, subject: Facts = SGD, settings: Settings = STANDARD) -> Evidence:
    """All rungs that have to do with the optimizer."""
    evidence = examined(patient, subject, settings)
    for kind in (OtherSchedules, OtherOptimizers):
        evidence, _ = climb(kind(), evidence, patient)
    return evidence


def judged(patient: ToyPatient, subject: Facts = SGD, settings: Settings = STANDARD) -> tuple[Finding | RuledOut | NotSeen, ...]:
    evidence = climbed(patient, subject, settings)
    return tuple(OptimizerUnfit().judge(evidence)) if evidence.of(OtherOptimizers) is not None else ()


def test_sick() -> None:
    """An optimizer that stays far behind Adam at every rate is an error with Adam as its verified remedy, and comes first."""
    (finding,) = judged(ToyPatient(ceiling=0.3))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.OPTIMIZER
    assert finding.severity is Severity.ERROR
    assert finding.confidence >= 0.7
    assert finding.remedies[0].verified
    assert finding.remedies[0].patch == "optimizer=keras.optimizers.Adam(learning_rate=0.001)"
    assert diagnose(climbed(ToyPatient(ceiling=0.3)), ()).findings[0].finding.cause is Cause.OPTIMIZER


@pytest.mark.parametrize("rate", [0.01, 30.0])
def test_a_rate_is_not_the_optimizer(rate: float) -> None:
    """Where the user's own optimizer does as well at another rate, the rate is the cause and the optimizer ruled out."""
    (word,) = judged(ToyPatient(rate=rate))

    assert isinstance(word, RuledOut)
    assert word.cause is Cause.OPTIMIZER


def test_a_schedule_is_not_the_optimizer() -> None:
    """Where the schedule starves the run, Adam without it is at most the second choice."""
    ranked = diagnose(climbed(ToyPatient(decay=0.8), scheduled(0.8)), ()).findings

    assert ranked[0].finding.cause is Cause.LR_SCHEDULE
    assert all(each.finding.severity is not Severity.ERROR for each in ranked if each.finding.cause is Cause.OPTIMIZER)


@pytest.mark.parametrize("kind", ["Adam", "AdamW", "SGD"])
def test_healthy(kind: str) -> None:
    """A model that learns has nothing above a note, whatever its optimizer."""
    for patient in (ToyPatient(), ToyPatient(rate=0.4), ToyPatient(ceiling=0.95)):
        for preset in (Preset.STANDARD, Preset.DEEP):
            said = judged(patient, facts(recipe={"optimizers": (optimizer(kind, 0.01),)}), Settings(preset, (0, 1)))

            assert all(not isinstance(word, Finding) or word.severity is Severity.NOTE for word in said)


def test_nobody_learns() -> None:
    """Where Adam does no better the optimizer is ruled out."""
    (word,) = judged(ToyPatient(learns=False))

    assert isinstance(word, RuledOut)
