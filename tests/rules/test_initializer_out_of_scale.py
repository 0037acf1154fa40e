"""Initial weights out of scale with nothing that hides it."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.finding import Cause, Finding, RuledOut, Severity
from dnndoctor.rules import Rule
from dnndoctor.rules.initializer_out_of_scale import InitializerOutOfScale
from tests.experiments.masked_patient import BARE, REDRAWN, SCALED, MaskedPatient, rescaled, subject
from tests.experiments.toy_patient import ToyPatient

CURED = MaskedPatient(cures=(frozenset({REDRAWN}),))


def judged(patient: ToyPatient, of: Facts) -> list[object]:
    return list(InitializerOutOfScale().judge(rescaled(patient, of)))


@pytest.mark.parametrize(("std", "word"), [(1.0, "too wide"), (0.01, "too narrow"), (0.0, "too narrow")])
def test_sick(std: float, word: str) -> None:
    """Weights too wide, too narrow or constant, cured by another draw."""
    (finding,) = judged(CURED, subject(std=std, normalised=False))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.INITIALIZER
    assert finding.severity is Severity.ERROR
    assert word in finding.title
    assert finding.remedies[0].verified
    assert finding.confidence == 0.9


def test_what_is_not_quite_memorised_is_not_said_to_be() -> None:
    """A redraw that leads most of the way is told with its share."""
    evidence = rescaled(CURED, subject(std=1.0, normalised=False))
    signals = evidence.of(RescaledSignalsExperiment)
    assert signals is not None
    assert signals.confirmation is not None
    runs = tuple(replace(run, memorised=False, skill=0.8) for run in signals.confirmation.runs)
    partly = replace(signals, confirmation=replace(signals.confirmation, runs=runs))
    evidence = replace(evidence, observations={**evidence.observations, RescaledSignalsExperiment.name: partly})

    (finding,) = InitializerOutOfScale().judge(evidence)

    assert isinstance(finding, Finding)
    assert "80% of the way to memorising 8 samples" in finding.title


def test_less_sure_where_weights_are_in_scale() -> None:
    """A redraw that cures weights in scale may be luck."""
    (finding,) = judged(CURED, subject(normalised=False))

    assert isinstance(finding, Finding)
    assert finding.confidence == 0.5


def test_batch_norm_that_hides_nothing() -> None:
    """With batch norm and no explosion behind it, the weights are still named."""
    (finding,) = judged(CURED, subject(std=1.0))

    assert isinstance(finding, Finding)
    assert "hides" not in finding.title


def test_both_are_named() -> None:
    """Where it takes scaled inputs, too, these are named in the title."""
    patient = MaskedPatient(cures=(frozenset({REDRAWN, SCALED}),))
    (finding,) = judged(patient, subject(std=1.0, normalised=False, spread=100.0))

    assert isinstance(finding, Finding)
    assert "together with the inputs' range" in finding.title


def test_ruled_out() -> None:
    """Where a redraw does not help, the initializer is ruled out."""
    (word,) = judged(MaskedPatient(cures=(frozenset({"another_loss"}),)), subject())

    assert isinstance(word, RuledOut)
    assert word.cause is Cause.INITIALIZER


@pytest.mark.parametrize(
    ("patient", "of"),
    [
        (MaskedPatient(cures=(frozenset({BARE, REDRAWN}),), explodes=True), subject(std=1.0)),  # hidden: another rule's
        (MaskedPatient(cures=(frozenset({SCALED}),)), subject(normalised=False, spread=100.0)),  # the inputs
    ],
)
def test_look_alikes(patient: ToyPatient, of: Facts) -> None:
    """What another rule names is left to it."""
    assert judged(patient, of) == []


@pytest.mark.parametrize("of", [subject(), subject(std=1.0), subject(normalised=False, std=0.01)])
def test_healthy(of: Facts) -> None:
    """Nothing is asked of a model that learns, whatever its weights look like."""
    rule: type[Rule] = InitializerOutOfScale
    evidence = rescaled(ToyPatient(), of)

    assert rule.needs == (RescaledSignalsExperiment,)
    assert evidence.of(RescaledSignalsExperiment) is None
