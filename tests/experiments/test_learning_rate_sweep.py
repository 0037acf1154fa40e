"""The learning-rate sweep."""

import pytest

from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep, longest_covered
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.rate_response import RateResponse
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb

QUICK = Settings(Preset.QUICK, (0, 1))


def seen(patient: ToyPatient, settings: Settings = QUICK) -> tuple[RateResponse, Evidence]:
    evidence, _ = climb(NoiseFloor(), Evidence(facts(), settings), patient)
    evidence, _ = climb(LearningRateSweep(), evidence, patient)
    response = evidence.of(LearningRateSweep)
    assert response is not None
    return response, evidence


def test_right_rate_lies_within() -> None:
    """The user's own rate is in the usable interval, nothing is recommended, and the edge is where the patient has it."""
    response, _ = seen(ToyPatient())

    assert response.within
    assert response.recommended == 1
    assert response.comparisons == ()
    assert response.edge == 100  # the patient explodes above 40
    assert response.user_rate == 1e-3


@pytest.mark.parametrize("settings", [QUICK, Settings()])
def test_too_high(settings: Settings) -> None:
    """Of a rate 30 times too high the interval lies below, and fresh seeds confirm it over both horizons."""
    response, evidence = seen(ToyPatient(rate=30.0), settings)

    assert response.usable[1] < 1
    assert response.recommended < 1
    assert [comparison.steps for comparison in response.comparisons] == [response.steps, 2 * response.steps]
    for comparison in response.comparisons:
        assert set(comparison.seeds) == set(evidence.settings.fresh_seeds)
        assert comparison.wins == len(comparison.seeds)
        assert comparison.gain > 0.9


def test_too_low() -> None:
    """Of a rate 100 times too low the interval lies above."""
    response, _ = seen(ToyPatient(rate=0.01))

    assert response.usable[0] > 1
    assert response.recommended > 1
    assert response.comparisons[0].measure == "training skill"


def test_looks_farther_down_where_nothing_is_stable() -> None:
    """Where even a thousandth explodes, rates below it are tried until one is stable."""
    response, _ = seen(ToyPatient(rate=5e5))

    assert response.points[0].factor < 1e-3
    assert response.recommended <= 1e-4
    assert response.edge is not None
    assert response.edge <= 1e-3


def test_nothing_works() -> None:
    """Where no rate does anything, the user's own is as good as any."""
    response, _ = seen(ToyPatient(learns=False))

    assert response.within
    assert response.comparisons == ()


def test_own_rate_is_shared_with_the_noise_floor() -> None:
    """The user's own rate is the untouched recipe, so its runs are not paid for twice."""
    evidence, first = climb(NoiseFloor(), Evidence(facts(), QUICK), ToyPatient())
    _, trials = climb(LearningRateSweep(), evidence, ToyPatient())

    own = {trial.id for trial in trials if not trial.edits}
    assert own <= {trial.id for trial in first}


def test_steadier_rates_are_asked_where_seeds_differ() -> None:
    """A recipe whose outcome depends on the seed is held against lower rates with all seeds."""
    response, evidence = seen(ToyPatient(lottery=1), Settings())
    quiet, _ = seen(ToyPatient())

    assert {comparison.factor for comparison in response.steadier} == {0.1, 0.3}
    assert len(response.steadier[0].seeds) == 2 * len(evidence.settings.seeds)
    assert quiet.steadier == ()


def test_undecodable_is_compared_by_progress() -> None:
    """Without skill the same loss is compared."""
    response, _ = seen(ToyPatient(rate=30.0, decodes=False))

    assert response.comparisons[0].measure == "progress"
    assert response.measure_rows == "loss"


def test_longest_fair_comparison() -> None:
    """A comparison of more steps than the user's whole course is no fair one."""
    response, evidence = seen(ToyPatient(rate=30.0))
    short = Evidence(facts(recipe={"epochs": 1, "steps_per_epoch": 200}), evidence.settings, evidence.observations)

    everything, within = longest_covered(response, evidence), longest_covered(response, short)

    assert everything is not None
    assert everything.steps == 300
    assert within is not None
    assert within.steps == 150


def test_healthy_budget() -> None:
    """A healthy patient's sweep and noise floor stay within their share of the quick preset's 6,000 steps."""
    _, evidence = seen(ToyPatient())

    assert sum(outcome.steps_run for outcome in evidence.outcomes.values()) <= 2700


def test_skipped_without_optimizer() -> None:
    """A model without an optimizer has no rate."""
    assert isinstance(LearningRateSweep().plan(Evidence(facts(recipe={"optimizers": ()}), QUICK), {}), Skip)


def test_inconclusive_without_outcomes() -> None:
    """With nothing to read there is nothing to say."""
    assert isinstance(LearningRateSweep().read(Evidence(facts(), QUICK), {}), Inconclusive)
