"""Inputs whose scaling cures."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.inputs_out_of_scale import InputsOutOfScale
from tests.experiments.masked_patient import BARE, REDRAWN, SCALED, MaskedPatient, rescaled, subject
from tests.experiments.toy_patient import ToyPatient

CURED = MaskedPatient(cures=(frozenset({SCALED}),))


def judged(patient: ToyPatient, of: Facts) -> list[object]:
    return list(InputsOutOfScale().judge(rescaled(patient, of)))


@pytest.mark.parametrize("normalised", [True, False])
def test_sick(normalised: bool) -> None:
    """Inputs out of scale, cured by scaling them."""
    (finding,) = judged(CURED, subject(normalised=normalised, spread=200.0))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.INPUT_SCALE
    assert finding.severity is Severity.ERROR
    assert finding.remedies[0].verified
    assert [edit.name for edit in finding.remedies[0].edits] == [SCALED]


def test_long_tails_are_raced() -> None:
    """Where the logarithm does it and standardising does not, the remedy takes the logarithm first."""
    (finding,) = judged(MaskedPatient(cures=(frozenset({"log_inputs", SCALED}),)), subject(normalised=False, spread=1e6))

    assert isinstance(finding, Finding)
    assert [edit.name for edit in finding.remedies[0].edits] == ["log_inputs", SCALED]


def test_what_comes_as_far_is_offered_too() -> None:
    """The race is told with the saturated shares of its squashes; of equal ways the simplest leads, the others follow."""
    squash = MaskedPatient(
        cures=(frozenset({"log_inputs", SCALED}), frozenset({"squash_inputs", SCALED}), frozenset({"quantile_inputs"}))
    )

    (finding,) = judged(squash, subject(normalised=False, spread=1e6))

    assert isinstance(finding, Finding)
    first = [remedy.edits[0].name for remedy in finding.remedies]
    (told,) = [statement.text for statement in finding.evidence if "saturated" in statement.text]
    assert first == ["log_inputs", "squash_inputs", "squash_inputs", "squash_inputs", "quantile_inputs"]
    assert [remedy.verified for remedy in finding.remedies] == [True, False, False, False, False]
    assert "as far on all rows" in finding.remedies[1].note
    assert "standardised" in told
    assert "by rank" in told


def test_deep() -> None:
    """Where weights in scale must be drawn anew as well, the inputs lead and the weights are named."""
    patient = MaskedPatient(cures=(frozenset({REDRAWN, SCALED}),))
    (finding,) = judged(patient, subject(normalised=False, spread=200.0))

    assert isinstance(finding, Finding)
    assert "together with the initial weights" in finding.title


@pytest.mark.parametrize(
    ("patient", "of"),
    [
        (MaskedPatient(cures=(frozenset({BARE, SCALED}),), explodes=True), subject(spread=200.0)),  # hidden: another rule's
        (MaskedPatient(cures=(frozenset({REDRAWN}),)), subject(normalised=False, spread=200.0)),  # the weights
        (MaskedPatient(cures=(frozenset({"another_loss"}),)), subject(spread=200.0)),  # sick for another reason
    ],
)
def test_look_alikes(patient: ToyPatient, of: Facts) -> None:
    """Inputs out of scale are not blamed for what scaling does not cure."""
    assert judged(patient, of) == []


def test_healthy() -> None:
    """A model that learns with large inputs is not asked."""
    assert rescaled(ToyPatient(), subject(spread=200.0)).of(RescaledSignalsExperiment) is None
