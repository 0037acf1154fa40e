"""A batch too large, and healthy look-alikes."""

import math
from dataclasses import replace

import pytest

from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.batch_size_sweep import BatchSizeSweep
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules.batch_size_too_large import BatchSizeTooLarge
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb, examined

SETTINGS = Settings(seeds=(0, 1))


def subject(batch_size: int, epochs: int) -> Facts:
    return facts(recipe={"batch_size": batch_size, "epochs": epochs, "steps_per_epoch": math.ceil(1000 / batch_size)})


def examined_with(patient: ToyPatient, epochs: int) -> Evidence:
    evidence = examined(patient, subject(patient.batch_size, epochs), SETTINGS)
    evidence, _ = climb(BatchSizeSweep(), evidence, patient)
    return evidence


def said(patient: ToyPatient, epochs: int) -> tuple[Finding | RuledOut | NotSeen, ...]:
    return tuple(BatchSizeTooLarge().judge(examined_with(patient, epochs)))


def test_twelve_steps_in_all() -> None:
    """A full batch over twelve epochs leaves twelve steps: an error that says so, with what else was tried."""
    (finding,) = said(ToyPatient(batch_size=1000), 12)

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.BATCH_SIZE_LARGE
    assert finding.severity is Severity.ERROR
    assert "12 steps in all" in finding.title
    remedy = finding.remedies[0]
    assert remedy.verified
    assert remedy.edits[0].parameters == {"size": 64}
    assert "times the epochs" in remedy.note


def test_an_unusual_batch_leads() -> None:
    """Where more epochs, a higher rate and fewer rows cure alike, a full batch is the likeliest slip."""
    diagnosis = diagnose(examined_with(ToyPatient(batch_size=1000), 12), ())

    causes = [ranked.finding.cause for ranked in diagnosis.findings[:3]]
    assert causes[0] is Cause.BATCH_SIZE_LARGE
    assert Cause.EPOCHS in causes


def test_few_epochs_lead() -> None:
    """With two epochs the batch is not what is unusual, and comes behind."""
    diagnosis = diagnose(examined_with(ToyPatient(batch_size=100), 2), ())

    causes = [ranked.finding.cause for ranked in diagnosis.findings]
    assert Cause.BATCH_SIZE_LARGE in causes[1:]


def test_a_usual_batch_size_is_no_fault() -> None:
    """A rate that is too low for 32 rows a step is made up for by more and smaller steps: a note."""
    (finding,) = said(ToyPatient(rate=0.05), 10)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE


@pytest.mark.parametrize("epochs", [200, 600])
def test_full_batches_that_learn(epochs: int) -> None:
    """A full batch with enough epochs is no fault."""
    evidence = examined_with(ToyPatient(batch_size=1000), epochs)

    assert evidence.of(BatchSizeSweep) is None
    assert Cause.BATCH_SIZE_LARGE not in [ranked.finding.cause for ranked in diagnose(evidence, ()).findings]


def test_ruled_out() -> None:
    """Where more steps do not help either, the batch is ruled out."""
    (ruled_out,) = said(ToyPatient(learns=False, batch_size=1000), 12)

    assert isinstance(ruled_out, RuledOut)
    assert ruled_out.why == "batch sizes 64 and 256 are no better than 1000 on as many samples"


def test_ruled_out_by_one_size() -> None:
    """One size is one."""
    (ruled_out,) = said(ToyPatient(learns=False, batch_size=32), 10)

    assert isinstance(ruled_out, RuledOut)
    assert ruled_out.why == "batch size 8 is no better than 32 on as many samples"


def test_what_is_not_confirmed_is_not_ruled_out() -> None:
    """Where a smaller batch looked better, and fresh seeds did not decide, nothing is said."""
    evidence = examined_with(ToyPatient(batch_size=1000), 12)
    sizes = evidence.of(BatchSizeSweep)
    assert sizes is not None
    assert sizes.race.ahead is not None
    open_race = replace(sizes, race=replace(sizes.race, duel=None))
    evidence = replace(evidence, observations={**evidence.observations, BatchSizeSweep.name: open_race})

    assert list(BatchSizeTooLarge().judge(evidence)) == []
