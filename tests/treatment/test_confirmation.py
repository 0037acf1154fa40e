"""Remedies are tried on the sick only, paired by seed, and what helped decides the rank."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dnndoctor.diagnosis.confidence import weighed
from dnndoctor.diagnosis.diagnose import Diagnosis, Verdict, diagnose
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.finding import Cause, Finding, Remedy, Severity
from dnndoctor.rules import Rule
from dnndoctor.treatment import treat
from dnndoctor.treatment.confirmation import hypotheses
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))
HEAD, LOSS = Edit("output_activation", {"activation": "softmax"}), Edit("loss", {"name": "mean_squared_error"})
SICK = ToyPatient(learns=False)


def _rule(
    code: str, cause: Cause, severity: Severity, *remedies: Remedy, confidence: float = 0.5, rung: str = "facts"
) -> type[Rule]:
    found = Finding(code, "a-fault", cause, f"{code} it is", severity, confidence, remedies=remedies)
    known = {"code": code, "name": "a-fault", "rung": rung, "causes": (cause,), "judge": lambda *_: [found]}
    return type("ARule", (Rule,), known)


class Cure:
    """Runs trials on a patient that one edit cures, and counts them."""

    def __init__(self, edit: Edit, patient: ToyPatient = SICK) -> None:
        self.edit = edit
        self.patient = patient
        self.ran: list[Trial] = []

    def __call__(self, trials: Sequence[Trial]) -> dict[str, Outcome]:
        self.ran += trials
        return {trial.id: self.answer(trial) for trial in trials}

    def answer(self, trial: Trial) -> Outcome:
        return (replace(self.patient, learns=True) if self.edit in trial.edits else self.patient).answer(trial)


def _diagnosed(patient: ToyPatient, *rules: type[Rule]) -> tuple[Diagnosis, Evidence]:
    evidence = examined(patient, settings=QUICK)
    return diagnose(evidence, (), rules), evidence


HEAD_ERROR = _rule("DD104", Cause.OUTPUT_ACTIVATION, Severity.ERROR, Remedy("Set the head", (HEAD,)))
LOSS_ERROR = _rule("DD203", Cause.LOSS_FUNCTION, Severity.ERROR, Remedy("Swap the loss", (LOSS,)), confidence=0.7)


def test_what_helps_is_verified_and_rises() -> None:
    """The surer finding falls behind the one whose remedy works; the effect has its numbers, seeds and trials."""
    diagnosis, evidence = _diagnosed(SICK, HEAD_ERROR, LOSS_ERROR)
    cure = Cure(HEAD)

    treated = treat(diagnosis, evidence, cure)

    assert [ranked.finding.cause for ranked in diagnosis.findings] == [Cause.LOSS_FUNCTION, Cause.OUTPUT_ACTIVATION]
    first, second = (ranked.finding.remedies[0] for ranked in treated.diagnosis.findings)
    assert first.title == "Set the head"
    assert first.verified
    assert first.before == pytest.approx(0.0, abs=0.05)
    assert first.after == pytest.approx(1.0, abs=0.05)
    assert first.seeds == (0, 1)
    assert "better on 2 of 2 seeds" in first.effect
    assert (second.verified, bool(second.effect)) == (False, True)
    assert [ranked.rank for ranked in treated.diagnosis.findings] == [1, 2]
    assert set(treated.outcomes) == {trial.id for trial in cure.ran}
    assert len({trial.id for trial in cure.ran}) == len(cure.ran)


def test_a_remedy_that_lifts_a_sickness_makes_an_error_of_a_warning() -> None:
    """The verdict follows; one that is not lifted stays a warning."""
    rules = [
        _rule("DD005", Cause.TARGET_SCALE, Severity.WARNING, Remedy("Scale", (HEAD,))),
        _rule("DD451", Cause.DROPOUT, Severity.WARNING, Remedy("Drop less", (LOSS,))),
    ]
    diagnosis, evidence = _diagnosed(SICK, *rules)

    treated = treat(diagnosis, evidence, Cure(HEAD)).diagnosis

    assert [ranked.finding.severity for ranked in treated.findings] == [Severity.ERROR, Severity.WARNING]
    assert [ranked.terms[0].points for ranked in treated.findings] == [6.0, 3.0]
    assert (diagnosis.verdict, treated.verdict) == (Verdict.SUSPECT, Verdict.SICK)


def test_what_the_prescription_needs_comes_before_what_makes_up_for_it_in_part() -> None:
    """A rate that goes most of the way is surer, and on the side of the fork; the scale of the targets is what is cured."""
    rate = Remedy("Faster", (LOSS,), verified=True, before=-1.0, after=0.65, effect="it works")
    rules = [
        _rule("DD402", Cause.LEARNING_RATE_LOW, Severity.ERROR, rate, confidence=0.8, rung="learning_rate_sweep"),
        _rule("DD005", Cause.TARGET_SCALE, Severity.WARNING, Remedy("Scale", (HEAD,)), confidence=0.4),
    ]

    treated = treat(*_diagnosed(SICK, *rules), Cure(HEAD)).diagnosis

    assert [ranked.finding.cause for ranked in treated.findings] == [Cause.TARGET_SCALE, Cause.LEARNING_RATE_LOW]
    assert [term.name for term in treated.findings[0].terms][-1] == "prescribed"


def test_a_broken_contract_leads_over_what_makes_up_for_it() -> None:
    """No edit mends it here, so the prescription has no say in whether it is the cause."""
    contract = _rule("DD601", Cause.RESHAPE, Severity.ERROR, Remedy("Permute"), confidence=0.9)
    rate = _rule("DD402", Cause.LEARNING_RATE_LOW, Severity.ERROR, Remedy("Faster", (HEAD,)), rung="learning_rate_sweep")

    treated = treat(*_diagnosed(SICK, contract, rate), Cure(HEAD))

    assert treated.prescription is not None
    assert [ranked.finding.cause for ranked in treated.diagnosis.findings] == [Cause.RESHAPE, Cause.LEARNING_RATE_LOW]


def test_the_healthy_are_not_treated() -> None:
    """A warning on a patient that learns is left as it is, and costs no trial."""
    warning = _rule("DD451", Cause.DROPOUT, Severity.WARNING, Remedy("Drop less", (Edit("dropout_off"),)))
    diagnosis, evidence = _diagnosed(ToyPatient(), warning)
    cure = Cure(HEAD)

    assert treat(diagnosis, evidence, cure).diagnosis == weighed(diagnosis)
    assert cure.ran == []


def test_notes_and_remedies_without_edits_are_not_tried() -> None:
    """Nor is what trials have confirmed already."""
    rules = [
        _rule("DD105", Cause.OUTPUT_ACTIVATION, Severity.NOTE, Remedy("Set the head", (HEAD,))),
        _rule("DD106", Cause.OUTPUT_UNITS, Severity.ERROR, Remedy("Widen the head")),
        _rule("DD401", Cause.LEARNING_RATE_HIGH, Severity.ERROR, Remedy("Slower", (LOSS,), verified=True, effect="it works")),
    ]
    diagnosis, evidence = _diagnosed(SICK, *rules)

    assert hypotheses(diagnosis, evidence) == ()


@pytest.mark.parametrize("state", [State.CUT, State.IMPOSSIBLE, State.CRASHED])
def test_a_trial_that_did_not_finish_tells_nothing(state: State) -> None:
    """The remedy stays untried, neither verified nor futile."""
    diagnosis, evidence = _diagnosed(SICK, HEAD_ERROR)

    def stopped(trials: Sequence[Trial]) -> dict[str, Outcome]:
        return {trial.id: Outcome(trial, state) for trial in trials}

    assert treat(diagnosis, evidence, stopped).diagnosis == weighed(diagnosis)
    assert treat(diagnosis, evidence, lambda _: {}).diagnosis == weighed(diagnosis)


def test_what_cannot_be_decoded_is_not_claimed() -> None:
    """Losses are not compared across losses: without skill a remedy stays untried."""
    patient = ToyPatient(learns=False, decodes=False)
    diagnosis, evidence = _diagnosed(patient, HEAD_ERROR)

    assert treat(diagnosis, evidence, Cure(HEAD, patient)).diagnosis == weighed(diagnosis)
