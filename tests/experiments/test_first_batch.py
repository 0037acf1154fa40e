"""The first batch: what is planned, and what is read from the outcomes."""

import math
from dataclasses import replace

import pytest

from dnndoctor.evidence.outcome import Outcome, Scores, State
from dnndoctor.evidence.trial import Recording, Trial
from dnndoctor.experiments import Evidence, Inconclusive, Skip
from dnndoctor.experiments.first_batch import STEPS, FirstBatch, FirstBatchExperiment
from tests.evidence_samples import curve, evidence, facts, layer, nonfinite, outcome, output_score, score

EXPERIMENT = FirstBatchExperiment()


def planned(seen: Evidence) -> tuple[Trial, ...]:
    """The experiment's trials, which are never skipped."""
    trials = EXPERIMENT.plan(seen, {})
    assert not isinstance(trials, Skip)
    return tuple(trials)


def read(*outcomes: Outcome, regularizer: str | None = None) -> FirstBatch | Inconclusive:
    """Reads outcomes that stand for the planned trials, in their order."""
    seen = evidence(facts(layers=[layer(settings={"kernel_regularizer": regularizer})]))
    trials = planned(seen)
    return EXPERIMENT.read(seen, {trial.id: replace(run, trial=trial) for trial, run in zip(trials, outcomes, strict=False)})


def observed(*outcomes: Outcome, regularizer: str | None = None) -> FirstBatch:
    """The observation, which must be there."""
    reading = read(*outcomes, regularizer=regularizer)
    assert isinstance(reading, FirstBatch)
    return reading


def test_plan_is_two_seeds_with_layers_recorded() -> None:
    """Two short runs of the untouched recipe on different seeds, every layer recorded, and nothing more afterwards."""
    trials = planned(evidence())

    assert [trial.seed for trial in trials] == [0, 1]
    assert all(trial.edits == () and trial.steps == STEPS and trial.recording is Recording.LAYERS for trial in trials)
    assert EXPERIMENT.plan(evidence(), {"x": outcome()}) == ()


def test_plan_measures_the_penalty_where_there_is_one() -> None:
    """Where a layer has a regularizer, one more step is run without it."""
    seen = evidence(facts(layers=[layer(settings={"kernel_regularizer": "L2"})]))

    trials = planned(seen)

    assert trials[-1].edits[0].name == "regularization_off"
    assert trials[-1].seed == trials[0].seed


def test_penalty_is_the_difference_on_the_same_batch() -> None:
    """The penalty is the first loss with regularizers minus the one without, and is taken out of the start ratio."""
    reading = observed(outcome(losses=[5.3]), outcome(losses=[5.3]), outcome(losses=[2.3]), regularizer="L2")

    assert reading.penalty == pytest.approx(3.0)
    assert reading.start_ratio == pytest.approx(2.3 / math.log(10))


def test_layer_is_dead_only_if_it_never_has_a_gradient() -> None:
    """A layer counts as dead if its gradient is exactly zero at every step with every seed, not at the first one alone."""
    first = outcome(layers=(curve("dead", [0, 0, 0]), curve("branch", [0, 1, 1]), curve("unlucky", [0, 0, 0])))
    second = outcome(layers=(curve("dead", [0, 0, 0]), curve("branch", [0, 1, 1]), curve("unlucky", [1, 1, 1])))

    layers = {start.path: start for start in observed(first, second).layers}

    assert layers["dead"].dead
    assert not layers["branch"].dead
    assert not layers["unlucky"].dead


def test_gradient_is_a_geometric_mean_over_seeds() -> None:
    """Gradients of two seeds, orders of magnitude apart, are averaged in their logarithm."""
    first, second = outcome(layers=(curve("dense", [1e-2]),)), outcome(layers=(curve("dense", [1e-6]),))

    assert observed(first, second).layers[0].gradient == pytest.approx(1e-4)


def test_outputs_are_the_widest_over_seeds() -> None:
    """The outputs' range spans the seeds, and they vary if they do with any seed."""
    first = outcome(scores=Scores(start=score(outputs={"output": output_score(0.2, minimum=-1.0, varies=0.0)})))
    second = outcome(scores=Scores(start=score(outputs={"output": output_score(0.1, maximum=3.0, varies=0.4)})))

    start = observed(first, second).outputs["output"]

    assert (start.minimum, start.maximum, start.varies) == (-1.0, 3.0, 0.4)
    assert start.accuracy == pytest.approx(0.2)


def test_nonfinite_values_are_listed_by_run() -> None:
    """The first value that is not finite is kept for each run that had one, and a NaN evaluation is seen."""
    broken = outcome(losses=[math.nan], first_nonfinite=nonfinite(0), scores=Scores(start=score(math.nan)))

    reading = observed(broken, outcome())

    assert reading.nonfinite == (nonfinite(0),)
    assert not reading.start_finite
    assert reading.start_ratio is None


def test_failed_trials_are_inconclusive_with_their_reason() -> None:
    """If no run came to its end, the reason of the first is given."""
    reading = read(outcome(state=State.FAILED, reason="ValueError in train.py:7", losses=[]))

    assert reading == Inconclusive("ValueError in train.py:7")


def test_start_ratio_is_unknown_without_a_constant_loss() -> None:
    """Without a known loss of the best constant predictor there is no ratio."""
    seen = evidence(facts(targets=[]))
    trials = planned(seen)
    runs = {trial.id: outcome(trial) for trial in trials}

    reading = EXPERIMENT.read(seen, runs)

    assert isinstance(reading, FirstBatch)
    assert reading.start_ratio is None
