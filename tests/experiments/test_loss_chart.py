"""Loss curves as one chart, and the charts of the experiments that draw them."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from dnndoctor.evidence.chart import Chart
from dnndoctor.experiments import Evidence, Experiment, Preset, Settings
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.loss_chart import POINTS, loss_chart
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_recipe import OwnRecipe
from tests.evidence_samples import facts
from tests.experiments.toy_patient import CONSTANT_LOSS, ToyPatient, climb

QUICK = Settings(Preset.QUICK, (0, 1))


def charts_of(kind: type[Experiment[Any]], patient: ToyPatient) -> Sequence[Chart]:
    """What an experiment draws of a patient."""
    evidence = Evidence(facts(), QUICK)
    for each in (NoiseFloor, kind):
        evidence, _ = climb(each(), evidence, patient)
    observation = evidence.of(kind)
    assert observation is not None
    return kind().charts(evidence, observation)


def finite(values: Sequence[float]) -> int:
    """How many values are."""
    return sum(map(math.isfinite, values))


def test_long_curves_are_thinned_together() -> None:
    """All lines share the points; a shorter run ends in a gap, a NaN is one, and nothing is drawn of a single step."""
    chart = loss_chart("Losses", {"long": [1.0] * 1000, "short": [2.0] * 500, "bad": [3.0] * 100 + [math.nan] * 900})

    assert chart is not None
    assert len(chart.x) == POINTS
    assert all(len(line) == POINTS for line in chart.lines.values())
    assert [finite(line) for line in chart.lines.values()] == [POINTS, POINTS // 2, POINTS // 10]
    assert loss_chart("Losses", {"a": [1.0], "b": []}) is None


@pytest.mark.parametrize(
    ("losses", "logarithmic"),
    [([2.3, 0.01], True), ([2.3, 0.0], True), ([2.3, 1.9], False), ([2.3, -50.0], False), ([0.0, 0.0], False)],
)
def test_axis_is_logarithmic_where_a_linear_one_shows_only_the_beginning(losses: list[float], logarithmic: bool) -> None:
    """Negative losses have no logarithm; a zero is drawn far below everything."""
    chart = loss_chart("Losses", {"a": losses})

    assert chart is not None
    assert chart.log_y is logarithmic
    assert finite(chart.lines["a"]) == 2
    assert not logarithmic or min(chart.lines["a"]) > 0


def test_own_recipe_draws_every_seed_and_the_constant() -> None:
    """One line a seed, beside the best constant predictor's loss."""
    (chart,) = charts_of(OwnRecipe, ToyPatient())

    assert list(chart.lines) == ["seed 0", "seed 1", "best constant"]
    assert chart.lines["best constant"][0] == pytest.approx(CONSTANT_LOSS)
    assert chart.marks == {}


def test_own_recipe_points_out_where_it_explodes() -> None:
    """The step of the first NaN is marked for each seed."""
    (chart,) = charts_of(OwnRecipe, ToyPatient(rate=1000.0))

    assert chart.marks == {"seed 0: NaN or infinite": 2.0, "seed 1: NaN or infinite": 2.0}


def test_memorise_draws_every_number_of_samples() -> None:
    """One line for each of them, in order."""
    (chart,) = charts_of(Memorise, ToyPatient())

    assert list(chart.lines) == ["1 sample", "2 samples", "8 samples", "20 samples"]


def test_sweep_points_out_the_users_rate_and_what_works() -> None:
    """The user's own rate is marked; usable rates and lost ones have lines of their own."""
    (chart,) = charts_of(LearningRateSweep, ToyPatient(rate=30.0))

    assert chart.marks == {"your rate 0.001": 0.001}
    assert chart.log_x
    assert finite(chart.lines["within noise of the best"]) >= 2
    assert finite(chart.lines["progress"]) + finite(chart.lines["NaN, or far worse than a constant"]) == len(chart.x)


def test_sweep_of_a_rate_of_zero_is_not_drawn() -> None:
    """It has no place on a logarithmic axis."""
    from dataclasses import replace

    evidence = Evidence(facts(), QUICK)
    for kind in (NoiseFloor, LearningRateSweep):
        evidence, _ = climb(kind(), evidence, ToyPatient())
    response = evidence.of(LearningRateSweep)
    assert response is not None

    assert LearningRateSweep().charts(evidence, replace(response, user_rate=0.0)) == ()
