"""A prescription cures, holds on fresh seeds, and has no part that is not missed; the healthy get none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from dnndoctor.diagnosis.diagnose import Diagnosis, diagnose
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.finding import Cause, Finding, Remedy, Severity
from dnndoctor.rules import Rule
from dnndoctor.treatment.candidates import MOST, candidates
from dnndoctor.treatment.prescription import NoPrescription, Prescription, prescribe, unused_seeds
from tests.experiments.toy_patient import ToyPatient, examined

SETTINGS = Settings(Preset.QUICK, (0, 1, 2))
SICK = ToyPatient(learns=False)
BATCH, CLIP, DROPOUT = Edit("batch_size", {"factor": 2}), Edit("gradient_clipping_off"), Edit("dropout_off")
NOTHING = Edit("constant_rate")


def _rule(*edits: Edit, severity: Severity = Severity.ERROR) -> type[Rule]:
    """A rule whose finding has a remedy for each of these edits."""
    remedies = tuple(Remedy(f"Do {edit.name}", (edit,)) for edit in edits)
    found = Finding("DD104", "a-fault", Cause.ARCHITECTURE, "it is", severity, 0.5, remedies=remedies)
    return type("ARule", (Rule,), {"code": "DD104", "name": "a-fault", "causes": (found.cause,), "judge": lambda *_: [found]})


class Ward:
    """A patient that learns once one of several sets of edits is applied whole."""

    def __init__(self, *cures: tuple[Edit, ...], lucky: Sequence[int] = (), patient: ToyPatient = SICK) -> None:
        """Takes the cures.

        Args:
            cures: Each a set of edits that cures.
            lucky: Seeds on which the patient learns with any edit at all.
            patient: Untreated.
        """
        self.cures = cures
        self.lucky = lucky
        self.patient = patient
        self.ran: list[Trial] = []

    def __call__(self, trials: Sequence[Trial]) -> Mapping[str, Outcome]:
        """Answers trials."""
        self.ran += trials
        return {trial.id: self.answer(trial) for trial in trials}

    def answer(self, trial: Trial) -> Outcome:
        """One trial."""
        cured = any(all(edit in trial.edits for edit in cure) for cure in self.cures)
        cured = cured or (bool(trial.edits) and trial.seed in self.lucky)
        return (replace(self.patient, learns=True) if cured else self.patient).answer(trial)


def _diagnosed(*rules: type[Rule], patient: ToyPatient = SICK) -> tuple[Diagnosis, Evidence]:
    evidence = examined(patient, settings=SETTINGS)
    return diagnose(evidence, (), rules), evidence


def test_one_change_that_cures_is_the_prescription() -> None:
    """It is confirmed on seeds that nothing was chosen on; what does nothing is neither part nor equivalent."""
    ward = Ward((CLIP,))

    given = prescribe(*_diagnosed(_rule(NOTHING, CLIP)), ward)

    assert isinstance(given, Prescription)
    assert given.edits == (CLIP,)
    assert given.parts[0].without is None
    assert given.effect.seeds == unused_seeds(SETTINGS)
    assert given.effect.gain > 0.9
    assert given.equivalents == ()


def test_two_that_cure_alike_are_equivalents() -> None:
    """The first named is prescribed, the other one said beside it."""
    given = prescribe(*_diagnosed(_rule(CLIP, DROPOUT)), Ward((CLIP,), (DROPOUT,)))

    assert isinstance(given, Prescription)
    assert given.edits == (CLIP,)
    assert [part.edits for part in given.equivalents] == [(DROPOUT,)]


def test_two_changes_that_only_cure_together_are_both_prescribed() -> None:
    """Each part says what the other reaches without it."""
    given = prescribe(*_diagnosed(_rule(NOTHING, CLIP, DROPOUT)), Ward((CLIP, DROPOUT)))

    assert isinstance(given, Prescription)
    assert set(map(repr, given.edits)) == {repr(CLIP), repr(DROPOUT)}
    assert [part.without for part in given.parts] == [pytest.approx(0.0, abs=0.1)] * 2
    assert given.screened == pytest.approx(1.0, abs=0.1)


def test_what_wins_by_luck_is_not_prescribed() -> None:
    """It looks like a cure on the seeds of the screening and does not hold on others."""
    given = prescribe(*_diagnosed(_rule(CLIP)), Ward(lucky=SETTINGS.seeds))

    assert isinstance(given, NoPrescription)
    assert "did not hold on fresh seeds" in given.why


def test_where_nothing_helps_it_says_so() -> None:
    """With the names of what was tried."""
    given = prescribe(*_diagnosed(_rule(CLIP, DROPOUT)), Ward())

    assert given == NoPrescription(
        ("Do gradient_clipping_off", "Do dropout_off"), "none of the remedies that were tried makes it learn"
    )


def test_time_that_is_up_is_no_failed_remedy() -> None:
    """A treatment that was cut is not said to have failed."""
    given = prescribe(*_diagnosed(_rule(CLIP)), lambda trials: {each.id: Outcome(each, State.CUT) for each in trials})

    assert given == NoPrescription(("Do gradient_clipping_off",), "the time was up before all remedies were tried")


def test_the_healthy_get_none() -> None:
    """Whatever is found on them, and without a trial."""
    ward = Ward((CLIP,))

    assert prescribe(*_diagnosed(_rule(CLIP), patient=ToyPatient()), ward) is None
    assert prescribe(*_diagnosed(_rule(CLIP, severity=Severity.NOTE)), ward) is None
    assert prescribe(*_diagnosed(_rule()), ward) is None
    assert ward.ran == []


def test_candidates_are_few_and_each_once() -> None:
    """First remedies of all findings come before second ones; the same edits under another finding are no second candidate."""
    many = [Edit("learning_rate", {"factor": 2.0**power}) for power in range(20)]
    diagnosis, _ = _diagnosed(_rule(CLIP, *many), _rule(DROPOUT, CLIP))

    offered = candidates(diagnosis)

    assert len(offered) == MOST
    assert len({repr(each.edits) for each in offered}) == MOST


def test_a_part_that_is_not_missed_is_left_out() -> None:
    """A change that lifts the patient half way is not kept once another one cures by itself."""
    half, whole = ToyPatient(learns=True, ceiling=0.4), replace(SICK, learns=True)

    class Steps(Ward):
        def answer(self, trial: Trial) -> Outcome:
            if CLIP in trial.edits and DROPOUT in trial.edits:
                return whole.answer(trial)
            return (whole if DROPOUT in trial.edits else half if CLIP in trial.edits else SICK).answer(trial)

    given = prescribe(*_diagnosed(_rule(CLIP, DROPOUT)), Steps())

    assert isinstance(given, Prescription)
    assert given.edits == (DROPOUT,)
