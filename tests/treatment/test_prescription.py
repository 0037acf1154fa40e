"""A prescription cures, holds on fresh seeds, and has no part that is not missed; the healthy get none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from dnndoctor.diagnosis.diagnose import Diagnosis, diagnose
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.own_recipe import recipe_trial
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, Remedy, Severity
from dnndoctor.ladder.plan import seconds_of
from dnndoctor.rules import Rule
from dnndoctor.treatment.candidates import MOST, candidates
from dnndoctor.treatment.prescription import NoPrescription, Prescription, prescribe
from dnndoctor.treatment.ward import Measure, Ward, unused_seeds
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


class Bedside:
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


def _prescribed(diagnosis: Diagnosis, evidence: Evidence, measure: Measure) -> Prescription | NoPrescription | None:
    return prescribe(diagnosis, Ward(evidence, measure))


def test_one_change_that_cures_is_the_prescription() -> None:
    """It is confirmed on seeds that nothing was chosen on; what does nothing is neither part nor equivalent."""
    ward = Bedside((CLIP,))

    given = _prescribed(*_diagnosed(_rule(NOTHING, CLIP)), ward)

    assert isinstance(given, Prescription)
    assert given.edits == (CLIP,)
    assert given.parts[0].without is None
    assert given.effect.seeds == unused_seeds(SETTINGS)
    assert given.effect.gain > 0.9
    assert given.equivalents == ()


def test_two_that_cure_alike_are_equivalents() -> None:
    """The first named is prescribed, the other one said beside it."""
    given = _prescribed(*_diagnosed(_rule(CLIP, DROPOUT)), Bedside((CLIP,), (DROPOUT,)))

    assert isinstance(given, Prescription)
    assert given.edits == (CLIP,)
    assert [part.edits for part in given.equivalents] == [(DROPOUT,)]


def test_two_changes_that_only_cure_together_are_both_prescribed() -> None:
    """Each part says what the other reaches without it."""
    given = _prescribed(*_diagnosed(_rule(NOTHING, CLIP, DROPOUT)), Bedside((CLIP, DROPOUT)))

    assert isinstance(given, Prescription)
    assert set(map(repr, given.edits)) == {repr(CLIP), repr(DROPOUT)}
    assert [part.without for part in given.parts] == [pytest.approx(0.0, abs=0.1)] * 2
    assert given.screened == pytest.approx(1.0, abs=0.1)


def test_what_wins_by_luck_is_not_prescribed() -> None:
    """It looks like a cure on the seeds of the screening and does not hold on others."""
    given = _prescribed(*_diagnosed(_rule(CLIP)), Bedside(lucky=SETTINGS.seeds))

    assert isinstance(given, NoPrescription)
    assert "did not hold on fresh seeds" in given.why


def test_the_better_of_two_cures_is_prescribed_where_rows_tell_them_apart() -> None:
    """Though it is not the likeliest: a remedy that leaves five times the error is no equal."""
    most, all_of_it = ToyPatient(learns=True, ceiling=0.9), replace(SICK, learns=True)

    class TwoCures(Bedside):
        def answer(self, trial: Trial) -> Outcome:
            return (all_of_it if DROPOUT in trial.edits else most if CLIP in trial.edits else SICK).answer(trial)

    given = _prescribed(*_diagnosed(_rule(CLIP, DROPOUT)), TwoCures())

    assert isinstance(given, Prescription)
    assert given.edits == (DROPOUT,)


def test_what_is_confirmed_is_kept_where_the_time_is_up_for_more() -> None:
    """Half a cure in the hand: the changes that would be tried beside it are all cut."""
    half = ToyPatient(learns=True, ceiling=0.6)

    class ShortOfTime(Bedside):
        def answer(self, trial: Trial) -> Outcome:
            if trial.edits and trial.edits != (CLIP,):
                return Outcome(trial, State.CUT)
            return (half if CLIP in trial.edits else SICK).answer(trial)

    given = _prescribed(*_diagnosed(_rule(CLIP)), ShortOfTime())

    assert isinstance(given, Prescription)
    assert given.edits == (CLIP,)


def test_a_change_gives_way_to_a_better_one_of_its_kind() -> None:
    """A rate that helps a little is replaced by the one that cures, though the two cannot be applied together."""
    much, right = Edit("learning_rate", {"factor": 1e-4}), Edit("learning_rate", {"factor": 1e-3})
    half = ToyPatient(learns=True, ceiling=0.4)

    class Rates(Bedside):
        def answer(self, trial: Trial) -> Outcome:
            patient = replace(SICK, learns=True) if right in trial.edits else half if much in trial.edits else SICK
            return replace(patient.answer(replace(trial, edits=())), trial=trial)

    given = _prescribed(*_diagnosed(_rule(much)), Rates())

    assert isinstance(given, Prescription)
    assert given.edits == (right,)


def test_what_does_not_hold_gives_way_to_the_next_best() -> None:
    """The likeliest cures on the seeds of the screening alone, and the next one on all."""

    class LuckyFirst(Bedside):
        def answer(self, trial: Trial) -> Outcome:
            lucky = CLIP in trial.edits and trial.seed in SETTINGS.seeds
            return (replace(SICK, learns=True) if lucky or DROPOUT in trial.edits else SICK).answer(trial)

    given = _prescribed(*_diagnosed(_rule(CLIP, DROPOUT)), LuckyFirst())

    assert isinstance(given, Prescription)
    assert given.edits == (DROPOUT,)


def test_where_nothing_helps_it_says_so() -> None:
    """With the names of what was tried: the remedies of the findings, then what is most often needed."""
    given = _prescribed(*_diagnosed(_rule(CLIP, DROPOUT)), Bedside())

    assert isinstance(given, NoPrescription)
    assert given.tried[:2] == ("Do gradient_clipping_off", "Do dropout_off")
    assert len(given.tried) > 2
    assert given.why == "none of the remedies that were tried makes it learn"


def test_a_sick_one_without_a_finding_that_helps_is_cured_by_what_is_most_often_needed() -> None:
    """Though no finding names it."""
    given = _prescribed(*_diagnosed(_rule(CLIP)), Bedside((Edit("epochs", {"factor": 4.0}),)))

    assert isinstance(given, Prescription)
    assert [edit.name for edit in given.edits] == ["epochs"]


def test_what_hides_behind_a_broken_contract_is_found_with_it() -> None:
    """Neither the likeliest remedy alone nor any other one helps, and no two of the best alone need be the pair."""
    epochs = Edit("epochs", {"factor": 4.0})

    given = _prescribed(*_diagnosed(_rule(CLIP, DROPOUT, NOTHING)), Bedside((CLIP, epochs)))

    assert isinstance(given, Prescription)
    assert {edit.name for edit in given.edits} == {CLIP.name, "epochs"}


def test_three_faults_that_hide_each_other_are_found() -> None:
    """A head, a scale and a rate: neither one nor two changes make any difference."""
    rate = Edit("learning_rate", {"factor": 10.0})

    given = _prescribed(*_diagnosed(_rule(CLIP, DROPOUT)), Bedside((CLIP, DROPOUT, rate)))

    assert isinstance(given, Prescription)
    assert {edit.name for edit in given.edits} == {CLIP.name, DROPOUT.name, rate.name}


def test_where_time_is_short_half_of_the_remedies_are_run_to_the_end() -> None:
    """They are chosen after a quarter of the course; the cure is among them, and time for its confirmation is kept."""
    offered = [Edit("learning_rate", {"factor": 1.5**power}) for power in range(6)]
    bedside = Bedside((offered[4],))
    diagnosis, evidence = _diagnosed(_rule(*offered))
    whole = recipe_trial(evidence, 0).steps
    seconds = seconds_of([Trial(steps=whole)] * (2 * len(offered) // 2 + 4 + 6), evidence.facts)

    given = prescribe(diagnosis, Ward(evidence, bedside, seconds))

    assert isinstance(given, Prescription)
    assert given.edits == (offered[4],)
    ended = {repr(trial.edits) for trial in bedside.ran if trial.steps == whole and trial.edits}
    assert len(ended) <= len(offered) // 2
    assert sum(trial.steps for trial in bedside.ran) <= seconds / seconds_of([Trial(steps=whole)], evidence.facts) * whole


def test_what_shows_late_is_not_judged_early() -> None:
    """A change of the schedule is run to the end though time is short."""
    offered = [NOTHING, *(Edit("learning_rate", {"factor": 1.5**power}) for power in range(5))]
    diagnosis, evidence = _diagnosed(_rule(*offered))
    whole = recipe_trial(evidence, 0).steps
    ward = Ward(evidence, Bedside(), seconds_of([Trial(steps=whole)] * 18, evidence.facts))

    survivors = ward.survivors((), [(each,) for each in candidates(diagnosis)])

    assert NOTHING in [candidate.edits[0] for (candidate,) in survivors]


def test_a_warning_is_treated_where_the_model_does_not_learn_well() -> None:
    """Nothing is established against it; its own remedy takes it farther on every seed."""
    half, whole = ToyPatient(ceiling=0.6), ToyPatient()

    class Half(Bedside):
        def answer(self, trial: Trial) -> Outcome:
            return (whole if CLIP in trial.edits else half).answer(trial)

    diagnosis, evidence = _diagnosed(_rule(CLIP, severity=Severity.WARNING), patient=half)

    assert not sicknesses(evidence)
    assert isinstance(prescribe(diagnosis, Ward(evidence, Half())), Prescription)
    assert prescribe(diagnosis, Ward(evidence, Bedside(patient=half))) is None


def test_time_that_is_up_is_no_failed_remedy() -> None:
    """A treatment that was cut is not said to have failed."""
    given = _prescribed(*_diagnosed(_rule(CLIP)), lambda trials: {each.id: Outcome(each, State.CUT) for each in trials})

    assert isinstance(given, NoPrescription)
    assert given.tried[0] == "Do gradient_clipping_off"
    assert given.why == "the time was up before all remedies were tried"


def test_the_healthy_get_none() -> None:
    """Whatever is found on them, and without a trial."""
    ward = Bedside((CLIP,))

    assert _prescribed(*_diagnosed(_rule(CLIP), patient=ToyPatient()), ward) is None
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

    class Steps(Bedside):
        def answer(self, trial: Trial) -> Outcome:
            if CLIP in trial.edits and DROPOUT in trial.edits:
                return whole.answer(trial)
            return (whole if DROPOUT in trial.edits else half if CLIP in trial.edits else SICK).answer(trial)

    given = _prescribed(*_diagnosed(_rule(CLIP, DROPOUT)), Steps())

    assert isinstance(given, Prescription)
    assert given.edits == (DROPOUT,)
