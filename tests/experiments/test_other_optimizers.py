"""Adam against the user's own optimizer."""

from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.other_optimizers import OWN_OPTIMIZER, Optimizers, OtherOptimizers
from tests.evidence_samples import facts, optimizer
from tests.experiments.toy_patient import ToyPatient, climb, examined

STANDARD = Settings(Preset.STANDARD, (0, 1))
SGD = facts(recipe={"optimizers": (optimizer("SGD", 0.01),)})


def raced(patient: ToyPatient, subject: Facts = SGD) -> tuple[Evidence, tuple[Trial, ...]]:
    """The rung on a patient that the lower rungs have seen."""
    return climb(OtherOptimizers(), examined(patient, subject, STANDARD), patient)


def seen(patient: ToyPatient, subject: Facts = SGD) -> Optimizers:
    observation = raced(patient, subject)[0].of(OtherOptimizers)
    assert observation is not None
    return observation


def test_adam_gets_where_no_rate_does() -> None:
    """An optimizer that stays at a third of the way at any rate loses to Adam."""
    optimizers = seen(ToyPatient(ceiling=0.3))

    assert optimizers.own == "SGD"
    assert optimizers.race.won is not None
    assert optimizers.race.won.variant.name == "Adam at 0.001"
    assert optimizers.own_best == pytest.approx(0.3, abs=0.05)


def test_its_own_rate_comes_first() -> None:
    """Where another rate of the user's optimizer does as well, that one wins."""
    optimizers = seen(ToyPatient(rate=0.01))

    assert optimizers.race.won is not None
    assert optimizers.race.won.variant.name == OWN_OPTIMIZER
    assert optimizers.own_best > 0.9


@pytest.mark.parametrize("rate", [0.1, 10.0])
def test_the_rate_of_adam_that_fits(rate: float) -> None:
    """Adam is tried below and above its usual rate."""
    optimizers = seen(ToyPatient(ceiling=0.3, adam_rate=rate, edge=5.0, stuck=4.0))

    assert optimizers.race.won is not None
    assert optimizers.race.won.variant.name == f"Adam at {1e-3 / rate:g}"


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (facts(), "is Adam"),
        (facts(recipe={"optimizers": (optimizer("AdamW"),)}), "is AdamW"),
        (facts(recipe={"optimizers": ()}), "no optimizer"),
        (facts(recipe={"optimizers": (optimizer("SGD"), optimizer("SGD"))}), "2 optimizers"),
    ],
)
def test_skipped_by_facts(subject: Facts, reason: str) -> None:
    """Adam is not held against itself, nor against several at once; that costs nothing, and is known beforehand."""
    evidence, trials = raced(ToyPatient(rate=0.01), subject)
    observation: Any = evidence.observations[OtherOptimizers.name]

    assert isinstance(observation, Skip)
    assert reason in observation.reason
    assert trials == ()
    assert OtherOptimizers.expected_steps(subject, STANDARD) == 0


def test_healthy_is_skipped() -> None:
    """SGD that learns well is left alone."""
    evidence, _ = raced(ToyPatient())

    assert isinstance(evidence.observations[OtherOptimizers.name], Skip)


def test_nothing_came_to_its_end() -> None:
    """Without outcomes the question stays open."""
    assert isinstance(OtherOptimizers().read(examined(ToyPatient(ceiling=0.3), SGD, STANDARD), {}), Inconclusive)


def test_expected_steps() -> None:
    """The race takes no more than is expected."""
    patient = ToyPatient(rate=0.01)
    evidence = examined(patient, SGD, STANDARD)
    _, trials = climb(OtherOptimizers(), evidence, patient)
    fresh = [trial for trial in trials if trial.id not in evidence.outcomes]

    assert sum(trial.steps for trial in fresh) <= OtherOptimizers.expected_steps(SGD, STANDARD)


def test_charts() -> None:
    """The losses of the duel are drawn."""
    evidence, _ = raced(ToyPatient(ceiling=0.3))
    optimizers = evidence.of(OtherOptimizers)
    assert optimizers is not None

    (chart,) = OtherOptimizers().charts(evidence, optimizers)

    assert "Adam at 0.001" in chart.lines
