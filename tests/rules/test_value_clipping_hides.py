"""Bounds on values and weights, and healthy look-alikes."""

import pytest

from dnndoctor.evidence.facts import ClipFacts, Facts, Place
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.clipping_off import ClippingOff
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules.value_clipping_hides import ValueClippingHides
from tests.evidence_samples import facts, layer, weight
from tests.experiments.toy_patient import ToyPatient, climb, examined

CLIPS = facts(clips=(ClipFacts("clip", "Clip", -0.1, 0.1, Place("train.py", 12)),))
CONSTRAINED = facts(layers=[layer("dense", weights=(weight(constraint="MaxNorm"),))])


def looked(patient: ToyPatient, of: Facts) -> Evidence:
    evidence, _ = climb(ClippingOff(), examined(patient, of, Settings(seeds=(0, 1))), patient)
    return evidence


def said(patient: ToyPatient, of: Facts) -> tuple[Finding | RuledOut | NotSeen, ...]:
    evidence = looked(patient, of)
    return tuple(ValueClippingHides().judge(evidence)) if evidence.of(ClippingOff) is not None else ()


def test_clipped_values() -> None:
    """A sick recipe that learns without the bounds: an error, with the places and a remedy that was tried."""
    (finding,) = said(ToyPatient(slowed_by="value_clipping_off"), CLIPS)

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.VALUE_CLIPPING
    assert finding.severity is Severity.ERROR
    assert finding.where[0].place == Place("train.py", 12)
    assert finding.remedies[0].verified
    assert any("clip (Clip, -0.1 to 0.1)" in statement.text for statement in finding.evidence)


def test_constrained_weights() -> None:
    """The same for constraints on weights."""
    (finding,) = said(ToyPatient(slowed_by="weight_constraints_off"), CONSTRAINED)

    assert isinstance(finding, Finding)
    assert finding.where[0].layer == "dense"
    assert any("MaxNorm on kernel" in statement.text for statement in finding.evidence)


def test_bounds_as_a_mask() -> None:
    """Where the sick recipe explodes without the bounds, they are a note, and the cause is left to what explodes."""
    (finding,) = said(ToyPatient(rate=0.6, learns=False, held_by="value_clipping_off"), CLIPS)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE
    assert "NaN or infinite" in finding.evidence[0].text


@pytest.mark.parametrize("of", [CLIPS, CONSTRAINED])
@pytest.mark.parametrize("patient", [ToyPatient(), ToyPatient(held_by="value_clipping_off"), ToyPatient(rate=0.5)])
def test_healthy(patient: ToyPatient, of: Facts) -> None:
    """Bounds on a recipe that learns are no fault, nor where they hold it together."""
    assert said(patient, of) == ()


def test_sick_by_something_else() -> None:
    """Bounds that change nothing are ruled out."""
    (ruled_out,) = said(ToyPatient(rate=0.01), CLIPS)

    assert isinstance(ruled_out, RuledOut)
