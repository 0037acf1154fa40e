"""The engine answers every trial with one outcome, the same whatever else runs beside it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.engine import Engine
from tests.subject.engine import kinds


def rate(factor: float) -> Edit:
    return Edit("learning_rate", {"factor": factor})


def answers(engine: Engine, trials: Sequence[Trial], deadline: float | None = None) -> dict[str, Outcome]:
    found: list[Outcome] = []
    engine.run(trials, on_progress=lambda _: None, deadline=deadline, on_outcome=found.append)
    assert sorted(outcome.trial.id for outcome in found) == sorted(trial.id for trial in trials)
    return {outcome.trial.id: outcome for outcome in found}


def opened(kind: str = "plain", cores: int = 2, **changes: Any) -> Engine:
    return Engine(kinds.KINDS[kind].blueprint(**changes), cores=cores, alive=lambda _: None)


@pytest.fixture(scope="module")
def plain() -> Engine:
    return opened(validation=Sample(kinds.X[:40], kinds.CLASSES[:40]))


MANY = [
    *(Trial((rate(factor),), steps=30, seed=seed) for factor in (0.1, 1.0, 10.0) for seed in (0, 1)),
    *(Trial(steps=25, rows=rows, seed=2) for rows in (1, 2, 8, 20)),
    Trial((Edit("batch_size", {"size": 3}),), steps=20),
    Trial((Edit("zero_inputs"),), steps=20, recording=Recording.NORMS),
    Trial(steps=20, recording=Recording.LAYERS),
]


@pytest.mark.slow
def test_side_by_side_is_one_after_the_other(plain: Engine) -> None:
    """The same trials give the same outcomes on two cores, on one, and a second time."""

    def told(found: dict[str, Outcome]) -> dict[str, Any]:
        return {key: (one.losses, one.gradient_norm, one.layers, one.scores.train) for key, one in found.items()}

    together = told(answers(plain, MANY))
    again = told(answers(plain, MANY))
    alone = told(answers(opened(cores=1, validation=Sample(kinds.X[:40], kinds.CLASSES[:40])), MANY[::-1]))

    assert plain.facts().path == "replicas"
    assert plain.facts().replicas == 2
    assert together == again
    assert {key: value[:2] for key, value in together.items()} == {key: value[:2] for key, value in alone.items()}


def test_one_trace_serves_all_rates_batches_rows_and_seeds(plain: Engine) -> None:
    """Nothing but structure and recording level is traced for: the count of traces stays where it was."""
    answers(plain, MANY[-3:])
    structure = next(iter(plain._structures.values()))
    before = structure.traces

    answers(plain, [Trial((rate(0.3), Edit("batch_size", {"size": 5})), rows=7, steps=11, seed=9), *MANY[:-2]])

    assert len(plain._structures) == 1
    assert structure.traces == before


def test_first_loss_and_rate_do_what_they_say(plain: Engine) -> None:
    """A rate edit leaves the first loss as it is and changes the second; another seed changes the first."""
    found = answers(plain, MANY[:6])
    curves = {(trial.edits[0].parameters["factor"], trial.seed): found[trial.id].losses for trial in MANY[:6]}

    assert curves[0.1, 0][0] == curves[10.0, 0][0]
    assert curves[0.1, 0][1] != curves[10.0, 0][1]
    assert curves[1.0, 0][0] != curves[1.0, 1][0]


def test_scores_are_those_of_evaluate(plain: Engine) -> None:
    """Loss, metrics and raw predictions are those of `model.evaluate` and `model.predict` on a model trained alike."""
    trial = Trial(steps=12, seed=1)
    outcome = answers(plain, [trial])[trial.id]
    blueprint = kinds.KINDS["plain"].blueprint()
    model = blueprint.build(1)
    start = model.evaluate(kinds.X, kinds.CLASSES, batch_size=32, verbose=0, return_dict=True)
    order = np.concatenate([np.random.RandomState(1).permutation(kinds.ROWS)])[: 12 * 8].reshape(12, 8)
    for pick in order:
        model.train_on_batch(kinds.X[pick], kinds.CLASSES[pick])
    end = model.evaluate(kinds.X, kinds.CLASSES, batch_size=32, verbose=0, return_dict=True)
    predicted = model.predict(kinds.X, verbose=0)

    scores = outcome.scores
    assert scores.start is not None
    assert scores.train is not None
    assert scores.validation is not None
    assert scores.start.loss == pytest.approx(start["loss"], rel=1e-5)
    assert scores.train.loss == pytest.approx(end["loss"], rel=1e-5)
    assert scores.train.metrics == pytest.approx({"accuracy": end["accuracy"]})
    output = scores.train.outputs["y"]
    assert output.error == pytest.approx(np.mean(predicted.argmax(1) != kinds.CLASSES))
    assert (output.mean, output.std) == pytest.approx((predicted.mean(), predicted.std()), rel=1e-5)
    assert scores.train_mode is not None
    assert scores.train_mode.outputs["y"].error == output.error  # nothing in this model differs between the modes


def test_tiny_sets_are_whole_batches(plain: Engine) -> None:
    """A tiny set is taken whole at every step, and memorised in the end."""
    trial = Trial((rate(10.0),), rows=4, steps=300, stop_below=0.01)

    outcome = answers(plain, [trial])[trial.id]

    assert outcome.batch_size == 4
    assert outcome.stopped_by == "stop_below"
    assert outcome.steps_run < 300
    assert all(loss < 0.01 for loss in outcome.losses[-10:])
    assert outcome.losses[-11] >= 0.01


def test_deadline_and_cancel_cut_with_a_valid_curve(plain: Engine) -> None:
    """What runs when the time is up ends as CUT with the steps it took; what has not begun is CUT with none."""
    long = Trial(steps=400_000, scored=False)
    found: list[Outcome] = []

    late = answers(plain, [long], deadline=time.monotonic())[long.id]
    timed = answers(plain, [long], deadline=time.monotonic() + 0.5)[long.id]
    plain.run([long], on_progress=lambda _: plain.cancel(), deadline=None, on_outcome=found.append)

    assert (late.state, late.steps_run) == (State.CUT, 0)
    assert timed.state is State.CUT
    assert timed.steps_run == len(timed.losses) < 400_000
    assert found[0].state is State.CUT
    assert 0 < found[0].steps_run == len(found[0].losses) < 400_000
    assert np.isfinite(found[0].losses).all()


def test_edits_that_do_not_apply_are_impossible(plain: Engine) -> None:
    """An unknown edit, or one without its parameters, is told as a value."""
    trials = [Trial((Edit("no_such_edit"),)), Trial((Edit("learning_rate"),))]

    found = answers(plain, trials)

    assert {outcome.state for outcome in found.values()} == {State.IMPOSSIBLE}
    assert "no_such_edit" in found[trials[0].id].reason


def test_losses_that_are_not_finite_end_the_trial() -> None:
    """The step of the first NaN is recorded, and is the last."""
    engine = opened("own loss and metrics")
    trial = Trial((rate(1e30),), steps=50, recording=Recording.LAYERS)

    outcome = answers(engine, [trial])[trial.id]

    assert outcome.state is State.FINISHED
    assert outcome.stopped_by == "non-finite"
    assert outcome.first_nonfinite is not None
    assert outcome.first_nonfinite.step <= outcome.steps_run - 1
    assert np.isfinite(outcome.losses[:-1]).all()
    assert not np.isfinite(outcome.losses[-1])


def test_factories_that_seed_themselves_are_drawn_anew() -> None:
    """Equal weights for all seeds are noticed, and other seeds then start elsewhere."""

    def build(_seed: int) -> keras.Model:
        keras.utils.set_random_seed(5)
        return kinds.plain()

    def losses(self_seeded: bool | None) -> tuple[Engine, list[float]]:
        engine = Engine(
            Blueprint(build, Sample(kinds.X[:8], kinds.CLASSES[:8]), batch_size=8, self_seeded=self_seeded),
            cores=1,
            alive=lambda _: None,
        )
        trials = [Trial(steps=2, seed=seed, scored=False) for seed in (0, 1, 2)]
        found = answers(engine, trials)
        return engine, [found[trial.id].losses[0] for trial in trials]

    engine, drawn = losses(None)
    kept_engine, kept = losses(False)

    assert engine.facts().self_seeded
    assert len({round(loss, 4) for loss in drawn}) == 3
    assert not kept_engine.facts().self_seeded
    assert np.ptp(kept) < 1e-5


def test_what_the_users_code_raises_is_told_and_may_be_mended() -> None:
    """Labels beyond the head fail with TensorFlow's own words; a loss that does not fit can be swapped for one that does."""

    def small_head() -> keras.Model:
        inputs = keras.Input((12,))
        model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(inputs))
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    def wrong_loss() -> keras.Model:
        model = kinds.plain()
        model.compile("adam", "categorical_crossentropy")
        return model

    trial = Trial(steps=3)
    mended = Trial((Edit("loss", {"output": "y", "name": "sparse_categorical_crossentropy", "from_logits": False}),), steps=3)

    outside = answers(_of(small_head), [trial])[trial.id]
    found = answers(_of(wrong_loss), [trial, mended])

    assert outside.state is State.FAILED
    assert "label value" in outside.reason
    assert found[trial.id].state is State.FAILED
    assert "same rank" in found[trial.id].reason
    assert found[mended.id].state is State.FINISHED


def _of(make: Callable[[], keras.Model]) -> Engine:
    return Engine(kinds.Kind(make, Sample(kinds.X, kinds.CLASSES)).blueprint(), cores=2, alive=lambda _: None)


@pytest.mark.parametrize(("train", "validation"), [(True, False), (False, True)])
def test_weights_in_training_or_validation_only(train: bool, validation: bool) -> None:
    """As with class weights, which `fit` takes for training only: every trial is scored on both, as `evaluate` would."""
    weight = np.where(kinds.CLASSES == 0, 3.0, 1.0).astype("float32")
    base = kinds.KINDS["plain"].blueprint()
    part = Sample(kinds.X[:40], kinds.CLASSES[:40], weight[:40] if validation else None)
    sample = Sample(kinds.X, kinds.CLASSES, weight if train else None)
    engine = Engine(replace(base, train=sample, validation=part), cores=2, alive=lambda _: None)
    model = base.build(0)
    trial = Trial(steps=1)

    outcome = answers(engine, [trial])[trial.id]
    untrained = model.evaluate(kinds.X, kinds.CLASSES, sample_weight=weight if train else None, verbose=0, return_dict=True)

    assert outcome.state is State.FINISHED
    assert outcome.scores.validation is not None
    assert outcome.scores.start is not None
    assert outcome.scores.start.loss == pytest.approx(untrained["loss"], rel=1e-5)


def test_tiny_sets_leave_out_rows_without_weight() -> None:
    """A row that the user's own recipe does not count is not one to memorise: its loss would be zero from the start."""
    weight = np.zeros(len(kinds.X), "float32")
    weight[::7] = 1.0
    sample = Sample(kinds.X, kinds.CLASSES, weight)
    engine = Engine(replace(kinds.KINDS["plain"].blueprint(), train=sample), cores=2, alive=lambda _: None)

    outcomes = answers(engine, [Trial(rows=1, steps=1, seed=seed, scored=False) for seed in range(6)]).values()

    assert all(outcome.losses[0] > 0 for outcome in outcomes)
