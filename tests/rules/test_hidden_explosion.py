"""Explosions that batch norm or clipping hides."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.experiments.signal_evidence import hide
from dnndoctor.experiments.signals import Part
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.hidden_explosion import HiddenExplosion
from tests.evidence_samples import layer, optimizer
from tests.experiments.masked_patient import BARE, REDRAWN, SCALED, UNCLIPPED, MaskedPatient, rescaled, subject
from tests.experiments.toy_patient import ToyPatient

WIDE = subject(std=1.0)
BOTH_WIDE = subject(std=1.0, spread=1e6)
WEIGHTS = MaskedPatient(cures=(frozenset({BARE, REDRAWN}),), explodes=True, growth=0.5)
INPUTS = MaskedPatient(cures=(frozenset({BARE, SCALED}),), explodes=True)
JOINT = MaskedPatient(cures=(frozenset({BARE, REDRAWN, SCALED}),), explodes=True)
EITHER = MaskedPatient(cures=(frozenset({BARE, REDRAWN}), frozenset({BARE, SCALED})), explodes=True)


def found(patient: ToyPatient, of: Facts) -> Finding:
    (finding,) = HiddenExplosion().judge(rescaled(patient, of))
    assert isinstance(finding, Finding)
    return finding


def test_weights() -> None:
    """Weights too wide behind batch norm: the initializer is the cause, batch norm is named, NaN is shown."""
    finding = found(WEIGHTS, WIDE)

    assert finding.cause is Cause.INITIALIZER
    assert finding.severity is Severity.ERROR
    assert "batch normalisation hides it" in finding.title
    assert "NaN at step 2" in finding.title
    assert "NaN at step 2" in finding.evidence[0].text
    assert finding.where[0].layer == "dense_0"
    assert any("orders of magnitude" in statement.text for statement in finding.evidence)


def test_remedy_was_tried() -> None:
    """The remedy carries the edits and what they did on fresh seeds."""
    remedy = found(WEIGHTS, WIDE).remedies[0]

    assert [edit.name for edit in remedy.edits] == [BARE, REDRAWN]
    assert remedy.verified
    assert remedy.before == pytest.approx(0.0, abs=0.05)
    assert remedy.after == pytest.approx(1.0)
    assert remedy.seeds == (1000, 1001, 1002)
    assert "3 of 3 fresh seeds" in remedy.effect


def test_inputs() -> None:
    """Where scaled inputs alone end the explosion, they are the cause."""
    finding = found(INPUTS, subject(spread=1e6))

    assert finding.cause is Cause.INPUT_SCALE
    assert "together" not in finding.title


def test_both_are_named_together() -> None:
    """Where only both cure, the weights lead that are measured to be too wide, and the inputs are named."""
    finding = found(JOINT, BOTH_WIDE)

    assert finding.cause is Cause.INITIALIZER
    assert "together with the inputs' range" in finding.title
    assert finding.evidence[1].text.startswith("loss on one sample: as given")
    assert "batch norm off 2.3e+08 -> NaN at step 2" in finding.evidence[1].text


def test_inputs_lead_where_weights_are_in_scale() -> None:
    """The same with weights as wide as their inputs ask for."""
    finding = found(JOINT, subject(spread=1e6))

    assert finding.cause is Cause.INPUT_SCALE
    assert "together with the initial weights" in finding.title


def test_either_would_do() -> None:
    """Where either cures, the other one is an equivalent, in the title and among the remedies."""
    finding = found(EITHER, BOTH_WIDE)

    assert finding.cause is Cause.INITIALIZER
    assert "would do instead" in finding.title
    assert [edit.name for edit in finding.remedies[1].edits] == [BARE, SCALED]
    assert not finding.remedies[1].verified


def test_clipping_hides_it() -> None:
    """Gradient clipping is a mask as well as batch norm."""
    of = subject(std=1.0, normalised=False, recipe={"optimizers": (optimizer(clipnorm=1.0),)})
    finding = found(MaskedPatient(cures=(frozenset({REDRAWN}),), explodes=True), of)

    assert finding.cause is Cause.INITIALIZER
    assert "gradient clipping hides it" in finding.title
    assert UNCLIPPED not in [edit.name for edit in finding.remedies[0].edits]


def test_masks_are_counted() -> None:
    """One mask hides, two hide."""
    assert hide((Part.BATCH_NORM,)) == "batch normalisation hides"
    assert hide((Part.BATCH_NORM, Part.CLIPPING)) == "batch normalisation and gradient clipping hide"


@pytest.mark.parametrize(
    ("patient", "of"),
    [
        (MaskedPatient(always_explodes=True, growth=0.5), subject()),  # a deep healthy net that is built around batch norm
        (MaskedPatient(always_explodes=True), WIDE),
        (MaskedPatient(explodes=True, cures=()), subject(std=0.1)),
        (MaskedPatient(), subject(normalised=False)),
        (ToyPatient(rate=0.4), WIDE),
    ],
)
def test_healthy(patient: ToyPatient, of: Facts) -> None:
    """A model that learns is left alone, whatever happens to it without batch norm."""
    assert list(HiddenExplosion().judge(rescaled(patient, of, Settings(Preset.DEEP)))) == []


@pytest.mark.parametrize(
    ("patient", "of"),
    [
        (MaskedPatient(cures=(frozenset({"another_loss"}),), always_explodes=True), WIDE),  # sick for another reason
        (MaskedPatient(cures=(frozenset({REDRAWN}),), always_explodes=True), WIDE),  # explodes with weights to scale, too
        (MaskedPatient(cures=(frozenset({REDRAWN}),)), subject(std=1.0, normalised=False)),  # nothing hides it
        (MaskedPatient(cures=(frozenset({BARE}),)), WIDE),  # batch norm itself is in the way
        (ToyPatient(learns=False, memorises=False), subject(layers=[layer("own", "Mine", built_in=False), layer("head")])),
    ],
)
def test_look_alikes(patient: ToyPatient, of: Facts) -> None:
    """Sick models are not blamed on a hidden explosion that is not there, or that nothing of weights and inputs ends."""
    evidence = rescaled(patient, of)

    assert evidence.of(RescaledSignalsExperiment) is not None
    assert list(HiddenExplosion().judge(evidence)) == []
