"""Masks off, weights re-drawn, inputs scaled, on a handful of samples."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.experiments.signals import Part, RescaledSignals
from tests.evidence_samples import facts, layer, optimizer
from tests.experiments.masked_patient import BARE, REDRAWN, SCALED, UNCLIPPED, MaskedPatient, rescaled, subject
from tests.experiments.toy_patient import ToyPatient, climb, examined

HIDDEN = MaskedPatient(cures=(frozenset({BARE, REDRAWN}),), explodes=True)
BOTH = MaskedPatient(cures=(frozenset({BARE, REDRAWN, SCALED}),), explodes=True)


def seen(patient: ToyPatient, of: Facts | None = None) -> RescaledSignals:
    observation = rescaled(patient, of or subject()).of(RescaledSignalsExperiment)
    assert observation is not None
    return observation


def skipped(evidence: Evidence) -> str:
    observation = evidence.observations[RescaledSignalsExperiment.name]
    assert isinstance(observation, Skip)
    return observation.reason


def test_finds_what_batch_norm_hides() -> None:
    """The model as given neither learns nor explodes, explodes without batch norm, and learns with weights to scale."""
    signals = seen(HIDDEN, subject(std=1.0))

    assert signals.masks == (Part.BATCH_NORM,)
    assert signals.given.nonfinite_step is None
    assert signals.unmasked is not None
    assert signals.unmasked.nonfinite_step == 2
    assert signals.hidden is signals.unmasked
    assert signals.winner is not None
    assert signals.winner.parts == (Part.BATCH_NORM, Part.INITIALIZER)
    assert signals.confirmed


def test_both_together() -> None:
    """Where neither weights nor inputs do it alone, the winner changes both, and all stages are there on one sample."""
    signals = seen(BOTH, subject(std=1.0, spread=1e6))

    assert signals.winner is not None
    assert signals.winner.core == (Part.INITIALIZER, Part.INPUTS)
    assert signals.winner.scaling is not None
    assert signals.winner.scaling.name == "standardised"
    assert [stage.change.name for stage in signals.stages] == [
        "as given",
        "batch norm off",
        "inputs standardised",
        "batch norm off + inputs standardised",
        "batch norm off + variance-scaled weights + inputs standardised",
        "batch norm off + variance-scaled weights + inputs standardised + last third at a tenth",
    ]


@pytest.mark.parametrize("std", [0.18, 1.0])
def test_equivalents(std: float) -> None:
    """Where either does it, what is out of scale leads and the other is an equivalent."""
    patient = MaskedPatient(cures=(frozenset({REDRAWN}), frozenset({SCALED})))
    signals = seen(patient, subject(std=std, spread=100.0))

    first, second = (Part.INITIALIZER, Part.INPUTS) if std == 1.0 else (Part.INPUTS, Part.INITIALIZER)
    assert signals.winner is not None
    assert signals.winner.parts == (first,)
    assert [run.change.parts for run in signals.equivalents] == [(second,)]


def test_without_masks_there_are_no_stages() -> None:
    """A model with nothing to take off is re-drawn, and nothing is said of stages."""
    signals = seen(MaskedPatient(cures=(frozenset({REDRAWN}),)), subject(normalised=False, std=1.0))

    assert signals.masks == ()
    assert signals.unmasked is None
    assert signals.stages == ()
    assert signals.winner is not None
    assert signals.winner.parts == (Part.INITIALIZER,)


def test_clipping_is_a_mask() -> None:
    """Clipping is taken off, too, alone and together with batch norm."""
    clipped = {"optimizers": (optimizer(clipnorm=1.0),)}
    patient = MaskedPatient(cures=(frozenset({UNCLIPPED, REDRAWN}),), explodes=True)
    signals = seen(patient, subject(std=1.0, recipe=clipped))

    assert signals.masks == (Part.BATCH_NORM, Part.CLIPPING)
    assert {run.change.parts for run in signals.runs} >= {(Part.CLIPPING,), (Part.BATCH_NORM, Part.CLIPPING)}


def test_no_help() -> None:
    """Where nothing helps there is no winner, and nothing is run again on other seeds."""
    signals = seen(MaskedPatient(cures=(frozenset({"nothing"}),), always_explodes=True), subject(std=1.0))

    assert signals.winner is None
    assert signals.confirmation is None
    assert signals.unmasked is not None
    assert signals.hidden is None


def test_skips_healthy() -> None:
    """A model that memorises is not asked, also where it explodes without batch norm."""
    assert "memorised" in skipped(rescaled(MaskedPatient(always_explodes=True), subject()))


def test_skips_what_another_rate_explains() -> None:
    """Weights and inputs of the usual size are not suspected where another rate memorises."""
    assert "rate" in skipped(rescaled(ToyPatient(rate=100.0), subject()))


def test_asks_where_weights_are_far_off() -> None:
    """Weights far out of scale are suspected, though another rate memorises."""
    assert rescaled(ToyPatient(rate=100.0), subject(std=1.0)).of(RescaledSignalsExperiment) is not None


def test_deep_always_asks() -> None:
    """The deep preset asks the healthy, too, and finds that nothing need be done."""
    evidence = rescaled(MaskedPatient(), subject(), Settings(Preset.DEEP))
    observation = evidence.of(RescaledSignalsExperiment)

    assert observation is not None
    assert observation.winner is None


def test_skips_without_the_fork() -> None:
    """Without the fork there is nothing to compare with."""
    evidence, _ = climb(RescaledSignalsExperiment(), Evidence(subject(), Settings()), HIDDEN)

    assert "not seen" in skipped(evidence)


def test_inconclusive_without_the_model_as_given() -> None:
    """Nothing is read where the model as given did not come to its end."""
    evidence = examined(HIDDEN, subject(std=1.0))

    assert isinstance(RescaledSignalsExperiment().read(evidence, {}), Inconclusive)


def test_own_layers_and_ids() -> None:
    """Inputs are not scaled where ids are looked up, and a layer of the user's own is no obstacle."""
    layers = [layer("ids", "Embedding"), layer("own", "Mine", built_in=False), layer("head", activation="softmax")]
    patient = MaskedPatient(cures=(frozenset({REDRAWN}),))
    signals = seen(patient, subject(layers=layers, spread=1e4))

    assert {part for run in signals.runs for part in run.change.parts} == {Part.INITIALIZER}


@pytest.mark.parametrize("patient", [HIDDEN, BOTH, MaskedPatient(cures=(frozenset({"nothing"}),)), ToyPatient()])
@pytest.mark.parametrize("of", [subject(std=1.0), subject(std=1.0, spread=1e6), subject(normalised=False), facts()])
def test_no_more_steps_than_expected(patient: ToyPatient, of: Facts) -> None:
    """Healthy or sick, it takes at most half as much again as it says."""
    settings = Settings()
    before = examined(patient, of, settings)
    after, trials = climb(RescaledSignalsExperiment(), before, patient)
    fresh = [after.outcomes[trial.id] for trial in trials if trial.id not in before.outcomes]
    weights = {None: 1.0, 8: 0.5, 1: 0.18}
    taken = sum(outcome.steps_run * weights[outcome.trial.rows] for outcome in fresh)

    assert taken <= 1.5 * RescaledSignalsExperiment.expected_steps(of, settings)


def test_charts() -> None:
    """The stages are drawn where there are any."""
    evidence = rescaled(BOTH, subject(std=1.0, spread=1e6))
    observation = evidence.of(RescaledSignalsExperiment)
    assert observation is not None

    (chart,) = RescaledSignalsExperiment().charts(evidence, observation)

    assert "one sample" in chart.title
    assert "batch norm off" in chart.lines
    assert any("NaN" in mark for mark in chart.marks)


def test_shares_the_forks_runs() -> None:
    """The model as given is the fork's own run, which costs nothing twice."""
    evidence = examined(HIDDEN, subject(std=1.0))
    planned = RescaledSignalsExperiment().plan(evidence, {})
    memory = evidence.of(Memorise)

    assert memory is not None
    assert not isinstance(planned, Skip)
    assert planned[0].id == memory.decisive_runs[0].trial
