"""The score and its terms."""

from dataclasses import replace

import pytest

from dnndoctor.diagnosis.blame import Side
from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.diagnosis.ranking import COURSE, STRUCTURAL, Fork, fork, terms
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Preset, Settings
from dnndoctor.finding import Cause, Finding, Remedy, Severity
from tests.experiments.masked_patient import MaskedPatient, rescaled
from tests.experiments.masked_patient import subject as masked_subject
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


def finding(cause: Cause, code: str = "DD401", severity: Severity = Severity.ERROR, *, verified: bool = False) -> Finding:
    return Finding(code, "name", cause, "title", severity, 0.5, remedies=(Remedy("do", verified=verified),))


def score(made: Finding, rung: str = "learning_rate_sweep", way: Fork = Fork.UNKNOWN) -> float:
    return sum(term.points for term in terms(made, rung, way))


def test_severity_comes_first() -> None:
    """A warning does not overtake an error whatever else speaks for it."""
    error = finding(Cause.LEARNING_RATE_HIGH)
    warning = finding(Cause.LEARNING_RATE_HIGH, severity=Severity.WARNING, verified=True)

    assert score(error) > score(warning, way=Fork.MEMORISES)


def test_fork_splits_the_families() -> None:
    """Structure leads where the model cannot memorise, the course where it can."""
    structure, course = finding(Cause.LOSS_FUNCTION), finding(Cause.LEARNING_RATE_HIGH)

    assert score(structure, way=Fork.CANNOT) > score(course, way=Fork.CANNOT)
    assert score(structure, way=Fork.MEMORISES) < score(course, way=Fork.MEMORISES)
    assert score(structure, way=Fork.CURED) < score(course, way=Fork.CURED)
    assert score(structure) == score(course)


def test_bad_values_lead_though_a_handful_without_them_is_memorised() -> None:
    """NaN in some rows leads over a verified rate for a handful that does not hold these rows."""
    bad = replace(finding(Cause.BAD_VALUES, "DD001"), confidence=0.97)
    rate = replace(finding(Cause.LEARNING_RATE_LOW, "DD511", verified=True), confidence=0.45)

    assert score(bad, "facts", Fork.CURED) > score(rate, "memorise", Fork.CURED)


def test_controls_speak_for_and_against_labels() -> None:
    """Half a point, and none on what a contract tells of labels, nor on other causes."""

    def points(made: Finding, rung: str, side: Side | None) -> float:
        return sum(term.points for term in terms(made, rung, Fork.UNKNOWN, side))

    labels, rate = finding(Cause.LABELS, "DD035"), finding(Cause.LEARNING_RATE_HIGH)

    assert points(labels, "reference_model", Side.DATA) == points(labels, "reference_model", None) + 0.5
    assert points(labels, "reference_model", Side.MODEL) == points(labels, "reference_model", None) - 0.5
    assert points(labels, "facts", Side.MODEL) == points(labels, "facts", None)
    assert points(rate, "learning_rate_sweep", Side.DATA) == points(rate, "learning_rate_sweep", None)


def test_verified_and_contract_rise_symptoms_fall() -> None:
    """Each has its term, and every term says why."""
    plain = finding(Cause.LOSS_FUNCTION, "DD201")

    assert score(finding(Cause.LOSS_FUNCTION, "DD201", verified=True)) > score(plain)
    assert score(plain, rung="facts") > score(plain)
    assert score(finding(Cause.LOSS_FUNCTION, "DD511")) < score(plain)
    assert all(term.why for term in terms(plain, "facts", Fork.CANNOT))


def test_contract_is_not_for_symptoms_or_warnings() -> None:
    """Only an error on the real arrays is a broken contract."""
    names = {term.name for term in terms(finding(Cause.LABELS, severity=Severity.WARNING), "facts", Fork.UNKNOWN)}
    symptom = {term.name for term in terms(finding(Cause.LABELS, "DD501"), "first_batch", Fork.UNKNOWN)}

    assert "contract" not in names
    assert "contract" not in symptom


@pytest.mark.parametrize("way", [Fork.CURED, Fork.CANNOT])
@pytest.mark.parametrize("cause", [Cause.INITIALIZER, Cause.INPUT_SCALE])
def test_signals_that_cure_are_on_the_side_that_was_taken(cause: Cause, way: Fork) -> None:
    """Weights or inputs whose scaling was confirmed lead over what is guessed, and over structure and course alike."""
    cured = finding(cause, "DD303", verified=True)
    guesses = [finding(Cause.ARCHITECTURE, "DD511"), finding(Cause.LOSS_FUNCTION), finding(Cause.OPTIMIZER)]

    assert all(score(cured, "rescaled_signals", way) > score(guess, way=way) for guess in guesses)


def test_what_is_hidden_leads_over_the_rate() -> None:
    """Another rate that wins with batch norm on does not refute an explosion that was seen without it."""
    hidden = finding(Cause.INITIALIZER, "DD302", verified=True)
    rate = replace(finding(Cause.LEARNING_RATE_LOW, "DD402", verified=True), confidence=0.9)

    assert score(hidden, "rescaled_signals", Fork.CURED) > score(rate, way=Fork.CURED)


@pytest.mark.parametrize(
    ("patient", "subject", "cause"),
    [
        (
            MaskedPatient(cures=(frozenset({"batch_norm_off", "variance_scaled_init"}),), explodes=True),
            masked_subject(std=1.0),
            Cause.INITIALIZER,
        ),
        (
            MaskedPatient(cures=(frozenset({"batch_norm_off", "variance_scaled_init"}),), explodes=True, rate=0.5, outgrows=10.0),
            masked_subject(std=1.0),
            Cause.INITIALIZER,
        ),
        (
            MaskedPatient(cures=(frozenset({"standardize_inputs"}),)),
            masked_subject(normalised=False, spread=200.0),
            Cause.INPUT_SCALE,
        ),
        (
            MaskedPatient(cures=(frozenset({"variance_scaled_init"}),)),
            masked_subject(std=1.0, normalised=False),
            Cause.INITIALIZER,
        ),
    ],
)
def test_cured_signals_come_first(patient: MaskedPatient, subject: Facts, cause: Cause) -> None:
    """Where the handful is not memorised, the cause whose cure was confirmed comes before all symptoms and rates."""
    diagnosis = diagnose(rescaled(patient, subject), ())

    assert diagnosis.faults == ()
    assert diagnosis.findings[0].finding.cause is cause
    assert Cause.ARCHITECTURE not in [ranked.finding.cause for ranked in diagnosis.findings]


@pytest.mark.parametrize("patient", [MaskedPatient(), MaskedPatient(always_explodes=True, growth=0.5)])
@pytest.mark.parametrize("subject", [masked_subject(), masked_subject(std=0.3), masked_subject(normalised=False)])
def test_nothing_is_found_on_the_healthy(patient: MaskedPatient, subject: Facts) -> None:
    """A deep net that learns is healthy, with or without batch norm, and if it explodes without it."""
    diagnosis = diagnose(rescaled(patient, subject), ())

    assert [ranked.finding.title for ranked in diagnosis.findings if ranked.finding.severity is not Severity.NOTE] == []


def test_families_are_apart() -> None:
    """No cause is on both sides of the fork."""
    assert not STRUCTURAL & COURSE


@pytest.mark.parametrize(
    ("patient", "way"),
    [
        (ToyPatient(), Fork.MEMORISES),
        (ToyPatient(rate=100.0), Fork.CURED),
        (ToyPatient(memorises=False), Fork.CURED),  # by learning the whole set
        (ToyPatient(memorises=False, learns=False), Fork.CANNOT),
    ],
)
def test_fork(patient: ToyPatient, way: Fork) -> None:
    """The fork follows what was memorised, and how."""
    assert fork(examined(patient, settings=QUICK)) is way
