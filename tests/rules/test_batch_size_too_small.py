"""A batch too small, and healthy look-alikes."""

from dataclasses import replace

import pytest

from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.batch_size_sweep import BatchSizeSweep
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules.batch_size_too_small import BatchSizeTooSmall
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb, examined

SETTINGS = Settings(seeds=(0, 1))
NOISY = ToyPatient(batch_size=2, noise_rows=10.0, adam_rate=0.01)
"""Too noisy for two rows a step; a tenth of the rate cures as well."""


def subject(batch_size: int) -> Facts:
    return facts(recipe={"batch_size": batch_size, "epochs": max(2, batch_size), "steps_per_epoch": 1000 // batch_size})


def examined_with(patient: ToyPatient) -> Evidence:
    of = subject(patient.batch_size)
    evidence, _ = climb(BatchSizeSweep(), examined(patient, of, SETTINGS), patient)
    return evidence


def said(patient: ToyPatient) -> tuple[Finding | RuledOut | NotSeen, ...]:
    return tuple(BatchSizeTooSmall().judge(examined_with(patient)))


def test_noisy_updates() -> None:
    """Two rows a step that keep a run from learning are an error, cured by more rows at the same rate."""
    (finding,) = said(NOISY)

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.BATCH_SIZE_SMALL
    assert finding.severity is Severity.ERROR
    assert finding.title.startswith("2 rows a step make the updates too noisy: with 32 rows")
    remedy = finding.remedies[0]
    assert remedy.verified
    assert [edit.name for edit in remedy.edits] == ["batch_size"]
    assert remedy.seeds == (1000, 1001)
    assert "learning rate x" in remedy.note
    assert any("from one stretch of 32 rows to the next" in statement.text for statement in finding.evidence)
    assert any("noise scale" in statement.text for statement in finding.evidence)


def test_leads_over_the_rate_for_few_rows() -> None:
    """Where more rows and a lower rate cure alike, two rows a step are the likelier slip, and the rate comes second."""
    diagnosis = diagnose(examined_with(NOISY), ())

    assert [ranked.finding.cause for ranked in diagnosis.findings[:2]] == [Cause.BATCH_SIZE_SMALL, Cause.LEARNING_RATE_HIGH]


def test_follows_the_rate_for_more_rows() -> None:
    """With eight rows a step the rate is the likelier slip."""
    patient = replace(NOISY, batch_size=8, noise_rows=40.0)
    diagnosis = diagnose(examined_with(patient), ())

    assert [ranked.finding.cause for ranked in diagnosis.findings[:2]] == [Cause.LEARNING_RATE_HIGH, Cause.BATCH_SIZE_SMALL]


def test_a_usual_batch_size_is_no_fault() -> None:
    """With thirty-two rows a step and a lower rate that cures, the batch is a note."""
    (finding,) = said(replace(NOISY, batch_size=32, noise_rows=100.0))

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE


@pytest.mark.parametrize("batch_size", [2, 32])
def test_rate_that_is_too_high_for_any_batch(batch_size: int) -> None:
    """A rate that more rows do not cure stays first, and the batch is ruled out."""
    patient = ToyPatient(rate=30.0, batch_size=batch_size)

    (ruled_out,) = said(patient)
    first = diagnose(examined_with(patient), ()).findings[0].finding

    assert isinstance(ruled_out, RuledOut)
    assert first.cause is Cause.LEARNING_RATE_HIGH


@pytest.mark.parametrize(
    "patient", [ToyPatient(batch_size=1), ToyPatient(batch_size=1, rate=0.5), ToyPatient(batch_size=4, rate=0.2)]
)
def test_single_rows_that_learn(patient: ToyPatient) -> None:
    """Single rows at a rate that fits them are no fault: the rung is skipped, or the batch ruled out."""
    evidence = examined_with(patient)

    assert evidence.of(BatchSizeSweep) is None
    assert Cause.BATCH_SIZE_SMALL not in [ranked.finding.cause for ranked in diagnose(evidence, ()).findings]
