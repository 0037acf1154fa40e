"""Clipping off."""

import math
from dataclasses import replace
from typing import Any

import pytest

from dnndoctor.evidence.facts import ClipFacts, Facts
from dnndoctor.evidence.trial import Recording, Trial
from dnndoctor.experiments import Evidence, Inconclusive, Settings, Skip
from dnndoctor.experiments.clipping_off import Clipping, ClippingOff, Exactness
from tests.evidence_samples import curve, facts, layer, optimizer, outcome, weight
from tests.experiments.toy_patient import ToyPatient, climb, examined

FAST = Settings(seeds=(0, 1))
CLIPPED = ToyPatient(slowed_by="gradient_clipping_off", gradient=2.0)
"""Learns a hundred times as fast without gradient clipping."""


def clipping(**settings: float) -> Facts:
    return facts(recipe={"optimizers": (optimizer("SGD", 0.01, **settings),)})


def looked(patient: ToyPatient, of: Facts) -> tuple[Evidence, tuple[Trial, ...]]:
    return climb(ClippingOff(), examined(patient, of, FAST), patient)


def seen(patient: ToyPatient, of: Facts) -> Clipping:
    evidence, _ = looked(patient, of)
    observation = evidence.of(ClippingOff)
    assert observation is not None
    return observation


def test_nothing_clips() -> None:
    """Without anything that clips the rung is skipped, and costs nothing."""
    evidence, trials = looked(ToyPatient(), facts())

    assert trials == ()
    assert isinstance(evidence.observations[ClippingOff.name], Skip)
    assert ClippingOff.expected_steps(facts(), FAST) == 0


def test_gradient_clipping_of_a_healthy_recipe_is_watched_only() -> None:
    """How often it bites is cheap to tell; there is nothing to race for."""
    evidence, trials = looked(ToyPatient(gradient=2.0), clipping(global_clipnorm=1.0))
    observation = evidence.of(ClippingOff)

    assert {trial.recording for trial in trials} == {Recording.NORMS}
    assert not any(trial.edits for trial in trials)
    assert observation is not None
    assert observation.gradient is not None
    assert observation.gradient.bites == 1
    assert observation.gradient.kept == 0.5
    assert observation.gradient.exactness is Exactness.EXACT
    assert observation.without_gradient is None


def test_clipping_that_slows() -> None:
    """A sick recipe is raced without clipping, at its own rate and at a tenth."""
    observation = seen(CLIPPED, clipping(global_clipnorm=1e-3))

    assert observation.gradient is not None
    assert observation.gradient.kept == pytest.approx(5e-4)
    assert observation.without_gradient is not None
    assert [entry.variant.name for entry in observation.without_gradient.entries] == [
        "without gradient clipping",
        "without gradient clipping, learning rate x0.1",
    ]
    assert observation.without_gradient.won is not None
    assert observation.without_gradient.won.variant.name == "without gradient clipping"


def test_clipping_that_never_bites() -> None:
    """Then no race without it is run, however sick the recipe."""
    observation = seen(ToyPatient(rate=0.01, gradient=2.0), clipping(global_clipnorm=100.0))

    assert observation.gradient is not None
    assert observation.gradient.bites == 0
    assert observation.without_gradient is None


def test_clipvalue_is_bounded_from_below() -> None:
    """A gradient of 5,000 values must have one of norm / sqrt(5,000); more cannot be told, so the race is run."""
    small, large = (seen(ToyPatient(rate=0.01, gradient=norm), clipping(clipvalue=1.0)) for norm in (2.0, 100.0))

    assert small.gradient is not None
    assert large.gradient is not None
    assert (small.gradient.bites, large.gradient.bites) == (0, 1)
    assert small.gradient.exactness is Exactness.AT_LEAST
    assert small.gradient.kept is None
    assert small.without_gradient is not None


def test_clipnorm_is_read_from_layers() -> None:
    """Each variable has its own bound, so that the norms of layers are asked for."""
    experiment, of = ClippingOff(), clipping(clipnorm=1.0)
    evidence = examined(ToyPatient(), of, FAST)
    trials = experiment.plan(evidence, {})
    assert not isinstance(trials, Skip)
    layers = (curve("dense", (4.0, 0.5)), curve("head", (3.0, 0.5)))
    outcomes = {
        trial.id: outcome(trial, (2.3, 2.2), gradient_norm=(5.0, math.sqrt(0.5)), layers=layers, update_ratio=(1e-3, 1e-3))
        for trial in trials
    }

    observation = experiment.read(evidence, outcomes)

    assert {trial.recording for trial in trials} == {Recording.LAYERS}
    assert isinstance(observation, Clipping)
    assert observation.gradient is not None
    assert observation.gradient.bites == 0.5
    # The mean of hypot(1, 1) / hypot(4, 3) and of 1.
    assert observation.gradient.kept == pytest.approx((math.sqrt(2) / 5 + 1) / 2)
    assert observation.gradient.exactness is Exactness.APPROXIMATE


@pytest.mark.parametrize(
    ("details", "edits"),
    [
        ({"clips": (ClipFacts("clip", "Clip", -1.0, 1.0),)}, ["value_clipping_off"]),
        ({"layers": [layer(weights=(weight(constraint="MaxNorm"),))]}, ["weight_constraints_off"]),
        (
            {"clips": (ClipFacts("clip", "Clip", -1.0, 1.0),), "layers": [layer(weights=(weight(constraint="MaxNorm"),))]},
            ["weight_constraints_off", "value_clipping_off"],
        ),
    ],
)
def test_bounds_inside_the_model(details: dict[str, Any], edits: list[str]) -> None:
    """Everything that bounds values or weights is taken off at once, where the recipe is sick."""
    patient, of = ToyPatient(slowed_by=edits[0]), facts(**details)
    observation = seen(patient, of)

    assert observation.gradient is None
    assert observation.without_values is not None
    assert [edit.name for edit in observation.without_values.entries[0].variant.edits] == edits
    assert observation.without_values.won is not None
    healthy, _ = looked(ToyPatient(), of)
    assert isinstance(healthy.observations[ClippingOff.name], Skip)


def test_no_run_came_to_its_end() -> None:
    """Then nothing can be said."""
    experiment, evidence = ClippingOff(), examined(ToyPatient(), clipping(clipnorm=1.0), FAST)

    assert isinstance(experiment.read(evidence, {}), Inconclusive)


def test_charts() -> None:
    """The gradient is drawn against the limit where the limit is one of norms."""
    for settings, count in (({"global_clipnorm": 1.0}, 1), ({"clipvalue": 1.0}, 0)):
        evidence, _ = looked(CLIPPED, clipping(**settings))
        observation = evidence.of(ClippingOff)
        assert observation is not None

        charts = ClippingOff().charts(evidence, observation)

        assert len(charts) == count
    evidence, _ = looked(CLIPPED, clipping(global_clipnorm=1.0))


def test_expected_steps_hold() -> None:
    """A full race takes about the steps that are expected."""
    of = replace(clipping(global_clipnorm=1e-3), clips=(ClipFacts("clip", "Clip", -1.0, 1.0),))
    _, trials = looked(CLIPPED, of)

    taken = sum(trial.steps for trial in trials)

    assert 0.5 * taken < ClippingOff.expected_steps(of, FAST) < 2 * taken
