"""Averaged weights are in place when a trial is scored, as after `fit`."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.engine import Engine, order
from tests.subject.engine import kinds


def averaging() -> keras.Model:
    model = kinds.plain()
    inner = keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.9)
    model.compile(keras.optimizers.LossScaleOptimizer(inner, initial_scale=1.0), "sparse_categorical_crossentropy")
    return model


@pytest.mark.slow
@pytest.mark.parametrize("callbacks", [False, True])
def test_scores_are_those_of_the_averages(callbacks: bool) -> None:
    """On the model's own variables and on replicas, with callbacks and without, the averages are scored, not the weights."""
    given: dict[str, Any] = {"output_names": ("y",), "tasks": {"y": "multiclass"}, "encodings": {"y": "class_ids"}}
    blueprint = Blueprint(kinds.seeded(averaging), Sample(kinds.X, kinds.CLASSES), batch_size=8, shuffle=False, **given)
    trials = [Trial(steps=24, seed=0, callbacks=callbacks), Trial(steps=12, seed=0, callbacks=callbacks)]
    found: dict[str, Outcome] = {}
    engine = Engine(blueprint, cores=2, alive=lambda _: None)

    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.id: one}))

    for trial in trials:
        model = blueprint.build(0)
        for pick in order.stream(np.arange(len(kinds.X), dtype=np.int32), trial.steps, 8, 0, shuffle=False):
            model.train_on_batch(kinds.X[pick], kinds.CLASSES[pick])
        without = model.evaluate(kinds.X, kinds.CLASSES, verbose=0, return_dict=True)["loss"]
        model.optimizer.finalize_variable_values(model.trainable_variables)
        scored = found[trial.id].scores.train
        assert scored is not None
        averaged = model.evaluate(kinds.X, kinds.CLASSES, verbose=0, return_dict=True)["loss"]
        assert scored.loss == pytest.approx(averaged, rel=1e-4)
        assert scored.loss != pytest.approx(without, rel=1e-2)
