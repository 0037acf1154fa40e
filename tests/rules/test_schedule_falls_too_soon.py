"""A learning-rate schedule that takes the rate away too soon, and schedules that do not."""

import math
from dataclasses import replace
from typing import Any

import pytest

from dnndoctor.diagnosis.diagnose import Verdict, diagnose
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.batch_size_sweep import BatchSizeSweep
from dnndoctor.experiments.other_optimizers import OtherOptimizers
from dnndoctor.experiments.other_schedules import OtherSchedules
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules.schedule_falls_too_soon import ScheduleFallsTooSoon
from tests.evidence_samples import callback, facts
from tests.experiments.toy_patient import ToyPatient, climb, examined, scheduled

STANDARD = Settings(Preset.STANDARD, (0, 1))
STARVED = ToyPatient(decay=0.96)


def plateau(**settings: Any) -> Facts:
    """A subject whose rate is cut when a metric stalls."""
    watched: dict[str, Any] = {
        "monitor": "val_accuracy",
        "mode": "max",
        "factor": 0.3,
        "patience": 2,
        "min_delta": 1e-4,
        "min_lr": 0.0,
    } | settings
    return facts(recipe={"callbacks": (callback("ReduceLROnPlateau", **watched),), "rates": (1e-3,) * 101})


def climbed(patient: ToyPatient, subject: Facts, settings: Settings = STANDARD) -> Evidence:
    """All rungs that have to do with the rate."""
    evidence = examined(patient, subject, settings)
    for kind in (OtherSchedules, OtherOptimizers):
        evidence, _ = climb(kind(), evidence, patient)
    return evidence


def judged(patient: ToyPatient, subject: Facts, settings: Settings = STANDARD) -> tuple[Finding | RuledOut | NotSeen, ...]:
    evidence = climbed(patient, subject, settings)
    return tuple(ScheduleFallsTooSoon().judge(evidence)) if evidence.of(OtherSchedules) is not None else ()


def test_starving_decay() -> None:
    """A decay that is gone after a fifth of the course is an error that says when it fell and what a constant rate does."""
    (finding,) = judged(STARVED, scheduled(0.96))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.LR_SCHEDULE
    assert finding.severity is Severity.ERROR
    assert finding.confidence >= 0.75
    assert "a tenth at 18%" in finding.title
    assert finding.remedies[0].verified
    assert finding.remedies[0].edits[0].name == "constant_rate"
    assert "as good in the screening: constant rate" in finding.remedies[0].note
    assert finding.evidence[0].rung == OtherSchedules.name


def test_it_ranks_above_what_only_makes_up_for_it() -> None:
    """A higher rate gets farther before the rate is gone, and so does Adam without a schedule; the schedule comes first."""
    diagnosis = diagnose(climbed(STARVED, scheduled(0.96)), ())

    assert diagnosis.verdict is Verdict.SICK
    assert diagnosis.findings[0].finding.cause is Cause.LR_SCHEDULE
    rates = [ranked.finding for ranked in diagnosis.findings if ranked.finding.cause is Cause.LEARNING_RATE_LOW]
    assert [finding.severity for finding in rates] == [Severity.WARNING]


def test_a_callback_that_cuts_too_often() -> None:
    """What the callback watches, how often it cut, and what to write instead are told."""
    (finding,) = judged(replace(STARVED, by_callback=True), plateau())

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.ERROR
    text = " ".join(statement.text for statement in finding.evidence)
    assert "; 10 cuts in a run" in text
    assert "monitors val_accuracy (mode max, factor 0.3, patience 2" in text
    assert 'ReduceLROnPlateau(monitor="val_accuracy", mode="max", factor=0.3, patience=10)' in finding.remedies[1].patch


def test_a_metric_watched_in_the_wrong_mode() -> None:
    """An accuracy watched in mode "min" is said first, with the line to write."""
    (finding,) = judged(replace(STARVED, by_callback=True), plateau(mode="min"))
    (right,) = judged(replace(STARVED, by_callback=True), plateau())

    assert isinstance(finding, Finding)
    assert isinstance(right, Finding)
    assert 'watches val_accuracy in mode "min", though higher is better' in finding.evidence[0].text
    assert finding.remedies[1].patch.endswith('ReduceLROnPlateau(monitor="val_accuracy", mode="max", factor=0.3, patience=2)')
    assert finding.confidence > right.confidence
    assert [edit.name for edit in finding.remedies[1].edits] == ["constant_rate"]


def test_a_long_schedule_is_a_note_at_most() -> None:
    """What only the compressed schedule shows is no fault yet."""
    (note,) = judged(ToyPatient(rate=0.01, decay=0.999), scheduled(0.999, epochs=260))

    assert isinstance(note, Finding)
    assert note.severity is Severity.NOTE
    assert note.remedies == ()
    assert any("compressed into 18%" in statement.text for statement in note.evidence)
    assert judged(ToyPatient(rate=0.01, decay=0.9999), scheduled(0.9999, epochs=1250, rates=COSINE)) == ()


def test_other_batch_sizes_only_put_it_off() -> None:
    """More or fewer steps change when the rate is gone; that is no fault of the batch size."""
    evidence, _ = climb(BatchSizeSweep(), climbed(STARVED, scheduled(0.96)), STARVED)
    batch = (Cause.BATCH_SIZE_SMALL, Cause.BATCH_SIZE_LARGE)
    findings = [ranked.finding for ranked in diagnose(evidence, ()).findings]

    assert evidence.of(BatchSizeSweep) is not None
    assert all(finding.severity is Severity.NOTE for finding in findings if finding.cause in batch)


COSINE = tuple(0.1 * 0.5 * (1 + math.cos(math.pi * point / 100)) for point in range(101))
WARM_UP = tuple(0.1 * min(1.0, point / 10) * (1 - point / 101) for point in range(101))


@pytest.mark.parametrize(
    ("patient", "subject"),
    [
        (ToyPatient(rate=0.5), scheduled(rates=COSINE)),
        (ToyPatient(rate=0.5), scheduled(rates=WARM_UP)),
        (ToyPatient(decay=0.99), scheduled(0.99)),  # gone at the end, when all is learnt
        (replace(STARVED, decay=0.995, by_callback=True), plateau()),
        (ToyPatient(learns=False), scheduled(rates=COSINE)),  # sick, and of something else
        (ToyPatient(rate=0.02, decay=0.999), scheduled(rates=COSINE)),  # sick of a rate that is too low
        (ToyPatient(rate=0.02), facts()),
    ],
)
@pytest.mark.parametrize("preset", [Preset.STANDARD, Preset.DEEP])  # the deep one races the healthy, too
def test_healthy_schedules(patient: ToyPatient, subject: Facts, preset: Preset) -> None:
    """Usual schedules, and subjects that are sick of something else, have nothing above a note."""
    said = judged(patient, subject, replace(STANDARD, preset=preset))

    assert all(not isinstance(word, Finding) or word.severity is Severity.NOTE for word in said)


def test_ruled_out() -> None:
    """Where no other course of the rate is better, the schedule is ruled out."""
    (word,) = judged(ToyPatient(learns=False, decay=0.96), scheduled(0.96))

    assert isinstance(word, RuledOut)
    assert word.cause is Cause.LR_SCHEDULE


def test_healthy_diagnosis() -> None:
    """A healthy patient with a schedule is healthy, all rungs climbed."""
    deep = replace(STANDARD, preset=Preset.DEEP)
    diagnosis = diagnose(climbed(ToyPatient(decay=0.99), scheduled(0.99), deep), ())

    assert diagnosis.verdict is Verdict.HEALTHY
