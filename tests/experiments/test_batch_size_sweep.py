"""Other batch sizes."""

import math
from dataclasses import replace
from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence, Inconclusive, Settings, Skip
from dnndoctor.experiments.batch_size_sweep import BatchSizes, BatchSizeSweep, rate_factor, size_of, variants
from tests.evidence_samples import facts, layer, optimizer
from tests.experiments.toy_patient import ToyPatient, climb, examined

FAST = Settings(seeds=(0, 1))
NOISY = ToyPatient(rate=1.0, batch_size=2, noise_rows=10.0, adam_rate=0.01)


def subject(batch_size: int, epochs: int, **details: Any) -> Facts:
    recipe = {"batch_size": batch_size, "epochs": epochs, "steps_per_epoch": math.ceil(1000 / batch_size)}
    return facts(recipe=recipe | details.pop("recipe", {}), **details)


def swept(patient: ToyPatient, of: Facts) -> Evidence:
    evidence, _ = climb(BatchSizeSweep(), examined(patient, of, FAST), patient)
    return evidence


def seen(patient: ToyPatient, of: Facts) -> BatchSizes:
    observation = swept(patient, of).of(BatchSizeSweep)
    assert observation is not None
    return observation


def test_larger_batches_take_as_many_samples() -> None:
    """A small batch is raced against larger ones in so many fewer steps, at its own rate and at one raised by the root."""
    entered = variants(subject(2, 2), FAST, 1000)

    assert [(size_of(each, 2), rate_factor(each), each.steps) for each in entered] == [
        (32, 1.0, 62),
        (8, 1.0, 250),
        (32, 4.0, 62),
        (8, 2.0, 250),
    ]


def test_smaller_batches_take_as_many_samples() -> None:
    """A full batch is raced against parts of it in so many more steps."""
    entered = variants(subject(1000, 12), FAST, 12)

    assert [(size_of(each, 1000), rate_factor(each), each.steps) for each in entered] == [
        (256, 1.0, 47),
        (64, 1.0, 188),
        (64, 0.25, 188),
        (256, 0.5, 47),
    ]


def test_both_sides() -> None:
    """In between, both sides are asked, with the user's own rate first; a size that leaves next to no steps is left out."""
    assert [size_of(each, 32) for each in variants(subject(32, 10), FAST, 320)] == [128, 128, 8, 8]


def test_bounds() -> None:
    """No batch has more rows than there are, or than memory holds, and no run is longer than twice the longest."""
    wide = layer(output_shape=(1024, 1024))
    steps = 1500

    assert [size_of(each, 100) for each in variants(subject(100, 500), FAST, steps)] == [400, 400]
    assert variants(subject(32, 500, layers=[wide]), FAST, steps) == ()


def test_cheap_steps_of_few_rows_are_raced_for_longer() -> None:
    """The first 1,500 of many single rows are too few for larger batches, and all sides get as many more of them."""
    dear, called = {"layers": [layer(output_shape=(100, 64))]}, {"engine": {"path": "train_on_batch"}}
    raced = ((subject(2, 100), 6000), (subject(2, 8), 4000), (subject(2, 100, **dear), 1500), (subject(2, 100, **called), 1500))
    for of, steps in raced:
        _, trials = climb(BatchSizeSweep(), examined(NOISY, of, FAST), NOISY)

        assert {trial.steps for trial in trials if not trial.edits} == {steps}
        assert BatchSizeSweep.expected_steps(of, FAST) > 4 * steps


@pytest.mark.parametrize("batch_size", [1, 8, 32, 512])
def test_no_clock_changes_the_race(batch_size: int) -> None:
    """A machine that is busy while the step time is measured races the same variants for as many steps."""
    trials = [
        climb(BatchSizeSweep(), examined(NOISY, subject(batch_size, 100, engine={"step_seconds": seconds}), FAST), NOISY)[1]
        for seconds in (1e-5, 1e-3, 0.2)
    ]

    assert trials[0]
    assert trials[0] == trials[1] == trials[2]


def test_schedules_fall_with_the_samples() -> None:
    """A schedule that counts steps is stretched over the many steps of a smaller batch; for a larger one it stays as it is."""
    scheduled = {"optimizers": (optimizer(schedule="ExponentialDecay"),)}

    assert variants(subject(1000, 12, recipe=scheduled), FAST, 12)[0].edits[-1].parameters == {"factor": 1000 / 256}
    assert [edit.name for edit in variants(subject(2, 2, recipe=scheduled), FAST, 1000)[0].edits] == ["batch_size"]


def test_noise_of_few_rows() -> None:
    """A batch too noisy for its rate: the larger one wins on fresh seeds, jumps less, and fits the training rows better."""
    observation = seen(NOISY, subject(2, 2))
    duel = observation.race.won

    assert duel is not None
    assert size_of(duel.variant, 2) == 32
    assert rate_factor(duel.variant) == 1
    assert set(duel.seeds) == {1000, 1001}
    assert observation.unrest is not None
    assert observation.unrest[0] > observation.unrest[1]
    assert observation.training is not None
    assert observation.training[1] > observation.training[0]
    assert observation.noise_scale is not None
    assert observation.noise_scale.rows == pytest.approx(10, rel=0.05)


def test_too_few_steps() -> None:
    """Twelve steps in all are too few; the smallest batch, with the most steps, wins."""
    observation = seen(ToyPatient(batch_size=1000), subject(1000, 12))

    assert observation.course == 12
    assert observation.race.won is not None
    assert size_of(observation.race.won.variant, 1000) == 64


def test_charts() -> None:
    """Skill is drawn over the batch size, the user's own marked, one line a way of setting the rate."""
    evidence = swept(NOISY, subject(2, 2))
    observation = evidence.of(BatchSizeSweep)
    assert observation is not None

    (chart,) = BatchSizeSweep().charts(evidence, observation)

    assert chart.x == (2.0, 8.0, 32.0)
    assert chart.marks == {"your batch size": 2.0}
    assert set(chart.lines) == {"your rate", "rate by the square root"}
    assert all(len(line) == 3 for line in chart.lines.values())


def test_out_of_memory_is_a_reading() -> None:
    """What does not fit is told, and the others are read; where nothing fits, the answer is inconclusive."""
    evidence = swept(replace(NOISY, memory_rows=30), subject(2, 2))
    observation = evidence.of(BatchSizeSweep)

    assert observation is not None
    assert observation.out_of_memory == (32,)
    assert {size_of(entry.variant, 2) for entry in observation.race.entries} == {8}
    nothing = swept(replace(NOISY, memory_rows=4), subject(2, 2)).observations[BatchSizeSweep.name]
    assert isinstance(nothing, Inconclusive)
    assert "grew too large" in nothing.reason


@pytest.mark.parametrize(
    ("patient", "of", "why"),
    [
        (ToyPatient(), subject(32, 10), "little to gain"),
        (ToyPatient(batch_size=1), subject(1, 1), "little to gain"),
        (ToyPatient(batch_size=1000), subject(1000, 300), "little to gain"),
        (ToyPatient(learns=False, memorises=False), subject(32, 10), "cannot memorise"),
        (ToyPatient(learns=False, batch_size=600), subject(600, 1000), "no other batch size"),
    ],
)
def test_skipped(patient: ToyPatient, of: Facts, why: str) -> None:
    """A recipe that does well with one row or with all of them, one that no batch size mends, and one without another size."""
    observation = swept(patient, of).observations[BatchSizeSweep.name]

    assert isinstance(observation, Skip)
    assert why in observation.reason


def test_expected_steps_hold() -> None:
    """A full race costs about what is expected, in steps of the user's own batch size."""
    for patient, of in ((NOISY, subject(2, 2)), (ToyPatient(batch_size=1000), subject(1000, 12))):
        evidence, trials = climb(BatchSizeSweep(), examined(patient, of, FAST), patient)
        rows = patient.batch_size
        # A tenth of the default subject's step is overhead.
        taken = sum(trial.steps * (0.1 + 0.9 * evidence.outcomes[trial.id].batch_size / rows) for trial in trials)

        assert 0.5 * taken < BatchSizeSweep.expected_steps(of, FAST) < 2 * taken


def test_no_other_size_costs_nothing() -> None:
    """Where facts alone tell that there is nothing to race, the budget is not charged."""
    assert BatchSizeSweep.expected_steps(subject(600, 1000), FAST) == 0
