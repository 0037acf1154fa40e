"""Gradient clipping that bites all the time, and healthy look-alikes."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.clipping_off import ClippingOff, Exactness
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules.gradient_clipping_bites import GradientClippingBites
from tests.evidence_samples import facts, optimizer
from tests.experiments.toy_patient import ToyPatient, climb, examined

CLIPPED = ToyPatient(slowed_by="gradient_clipping_off", gradient=2.0)
"""Learns a hundred times as fast without gradient clipping."""


def clipping(**settings: float) -> Facts:
    return facts(recipe={"optimizers": (optimizer("SGD", 0.01, **settings),)})


def looked(patient: ToyPatient, of: Facts) -> Evidence:
    evidence, _ = climb(ClippingOff(), examined(patient, of, Settings(seeds=(0, 1))), patient)
    return evidence


def said(patient: ToyPatient, of: Facts) -> tuple[Finding | RuledOut | NotSeen, ...]:
    return tuple(GradientClippingBites().judge(looked(patient, of)))


def test_limit_far_too_small() -> None:
    """A limit that cuts every step of a sick recipe, which learns without it, is an error with a remedy that was tried."""
    (finding,) = said(CLIPPED, clipping(global_clipnorm=1e-3))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.GRADIENT_CLIPPING
    assert finding.severity is Severity.ERROR
    assert finding.confidence >= 0.75
    assert finding.title.startswith("global_clipnorm=0.001 shortens 100% of the steps")
    assert finding.remedies[0].verified
    assert finding.remedies[0].edits[0].name == "gradient_clipping_off"


def test_lower_bound_is_named_as_such() -> None:
    """With `clipvalue` the share is one of at least, and no more than that is claimed."""
    (finding,) = said(CLIPPED, clipping(clipvalue=1e-3))

    assert isinstance(finding, Finding)
    assert "at least 100%" in finding.title


def test_clipping_as_a_mask() -> None:
    """Where the sick recipe explodes without it, clipping is no more than a note that says what it holds down."""
    patient = ToyPatient(rate=0.6, learns=False, gradient=2.0, held_by="gradient_clipping_off")

    (finding,) = said(patient, clipping(global_clipnorm=1.0))

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE
    assert "NaN or infinite on 2 of 2 seeds" in finding.evidence[0].text


def test_standstill() -> None:
    """A sick recipe that is no better without clipping, and whose updates vanish with it, is a warning."""
    evidence = looked(ToyPatient(learns=False, gradient=2.0), clipping(global_clipnorm=1e-6))
    clip = evidence.of(ClippingOff)
    assert clip is not None
    assert clip.gradient is not None
    still = replace(clip, gradient=replace(clip.gradient, update_ratio=1e-8))
    evidence = replace(evidence, observations={**evidence.observations, ClippingOff.name: still})

    (finding,) = GradientClippingBites().judge(evidence)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.WARNING
    assert [edit.name for edit in finding.remedies[0].edits] == ["gradient_clipping"]


def test_standstill_that_clipping_has_no_part_in() -> None:
    """Tiny updates are no fault of a limit that is not seen to bite, or that leaves most of the gradient."""
    evidence = looked(ToyPatient(learns=False, gradient=2.0), clipping(clipvalue=100.0))
    seen = evidence.of(ClippingOff)
    assert seen is not None
    assert seen.gradient is not None
    still = replace(seen.gradient, update_ratio=1e-8)
    for clip in (still, replace(still, bites=1.0, kept=0.9, exactness=Exactness.EXACT)):
        observations = {**evidence.observations, ClippingOff.name: replace(seen, gradient=clip)}
        (word,) = GradientClippingBites().judge(replace(evidence, observations=observations))

        assert isinstance(word, RuledOut)
        assert ("an unknown share" in word.why) is (clip is still)


def test_what_explodes_with_clipping_is_not_hidden_by_it() -> None:
    """A recipe whose runs become NaN with clipping as without has nothing held down."""
    evidence = looked(ToyPatient(rate=100.0, gradient=2.0), clipping(global_clipnorm=1.0))
    seen = evidence.of(ClippingOff)

    assert seen is not None
    assert seen.without_gradient is not None
    assert seen.without_gradient.entries[0].exploded == 2
    findings = [word for word in GradientClippingBites().judge(evidence) if isinstance(word, Finding)]
    assert not [finding for finding in findings if "holds something down" in finding.title]


@pytest.mark.parametrize(
    ("patient", "of"),
    [
        (ToyPatient(gradient=5.0), clipping(global_clipnorm=1.0)),  # bites all the time, and the recipe learns
        (ToyPatient(gradient=0.2), clipping(global_clipnorm=1.0)),
        (ToyPatient(rate=0.01, gradient=0.2), clipping(global_clipnorm=1.0)),  # sick by something else
        (ToyPatient(rate=0.01, gradient=5.0), clipping(global_clipnorm=1.0)),
        (ToyPatient(gradient=5.0, held_by="gradient_clipping_off"), clipping(global_clipnorm=1.0)),
    ],
)
def test_look_alikes(patient: ToyPatient, of: Facts) -> None:
    """Clipping that bites on a healthy recipe, that holds one together, or that a sick one has for nothing is no fault."""
    assert not [word for word in said(patient, of) if isinstance(word, Finding)]


def test_ruled_out() -> None:
    """Clipping that bites seldom is ruled out, with the share."""
    (ruled_out,) = said(ToyPatient(gradient=0.2), clipping(global_clipnorm=1.0))

    assert isinstance(ruled_out, RuledOut)
    assert "0%" in ruled_out.why
