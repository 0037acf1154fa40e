"""Another rate for the last part."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.edits import CannotApplyError, Run, change_run
from dnndoctor.subject.engine import Engine, order
from tests.subject.engine import kinds

STEPS = 12
PHASES = Edit("two_phases", {"share": 2 / 3, "factor": 0.1})


def by_hand(kind: str, before: int, factor: float, start: float = 1.0) -> list[float]:
    """`train_on_batch` for some steps, then the rate changed by hand, then the rest."""
    chosen = kinds.KINDS[kind]
    model = chosen.blueprint().build(0)
    x, y = np.asarray(chosen.sample.x), np.asarray(chosen.sample.y)
    losses = []

    def times(by: float) -> None:
        optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        source = optimizer._learning_rate
        if isinstance(source, keras.Variable):
            source.assign(float(source) * by)
        else:
            changed = type(source).from_config(source.get_config() | {"initial_learning_rate": source.initial_learning_rate * by})
            optimizer._learning_rate = changed
            model.make_train_function(force=True)

    times(start)
    for step, pick in enumerate(order.stream(np.arange(len(x), dtype=np.int32), STEPS, 8, 0, shuffle=True)):
        if step == before:
            times(factor)
        losses.append(float(model.train_on_batch(x[pick], y[pick], return_dict=True)["loss"]))
    return losses


def ran(engine: Engine, *trials: Trial) -> list[Outcome]:
    found: dict[str, Outcome] = {}
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.id: one}))
    assert all(outcome.state == "finished" for outcome in found.values()), [outcome.reason for outcome in found.values()]
    return [found[trial.id] for trial in trials]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "schedule and AdamW", "mixed precision"])
def test_goes_on_at_a_tenth_with_its_state(kind: str) -> None:
    """Two thirds of the steps, then a tenth of the rate: `train_on_batch` with the rate changed by hand, on replicas too."""
    engine = Engine(kinds.KINDS[kind].blueprint(), cores=2, alive=lambda _: None)
    slower = Edit("learning_rate", {"factor": 0.5})

    plain, phases, both, again, other_seed = ran(
        engine,
        Trial(steps=STEPS, scored=False),
        Trial((PHASES,), steps=STEPS, scored=False),
        Trial((slower, PHASES), steps=STEPS, scored=False),
        Trial((PHASES,), steps=STEPS),
        Trial((PHASES,), steps=STEPS, seed=1, scored=False),
    )

    assert phases.losses == pytest.approx(by_hand(kind, 8, 0.1), rel=1e-5)
    assert both.losses == pytest.approx(by_hand(kind, 8, 0.1, start=0.5), rel=1e-5)
    assert plain.losses == pytest.approx(by_hand(kind, STEPS, 1.0), rel=1e-5)
    # The loss of step 8 is that before its update, so the first that differs is the next.
    assert phases.losses[:9] == plain.losses[:9]
    assert phases.losses[9:] != plain.losses[9:]
    assert again.losses == phases.losses
    assert other_seed.losses != phases.losses


class Halving(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Halves the rate after every epoch, from whatever it is, and multiplies it before some steps."""

    def __init__(self, extra: dict[int, float] | None = None) -> None:
        super().__init__()
        self.extra = extra or {}
        self.steps = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        del batch, logs
        if self.steps in self.extra:
            self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate) * self.extra[self.steps]
        self.steps += 1

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        del epoch, logs
        self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate) * 0.5


class HalvingByEpochs(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """The same without a hook for single steps."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        del epoch, logs
        self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate) * 0.5


@pytest.mark.slow
@pytest.mark.parametrize("make_callbacks", [lambda: [Halving()], lambda: [HalvingByEpochs()]])
def test_with_callbacks(make_callbacks: Any) -> None:
    """In the middle of an epoch the rate falls, and the callbacks go on by the rates of the user's recipe."""
    blueprint = kinds.KINDS["plain"].blueprint(shuffle=False, epochs=3, make_callbacks=make_callbacks)
    model = kinds.KINDS["plain"].blueprint().build(0)
    history = model.fit(
        kinds.X, kinds.CLASSES, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[Halving({20: 0.1})]
    ).history

    (outcome,) = ran(
        Engine(blueprint, cores=1, alive=lambda _: None),
        Trial((Edit("two_phases", {"share": 20 / 36, "factor": 0.1}),), steps=36, callbacks=True),
    )

    assert [end.logs["loss"] for end in outcome.epochs] == pytest.approx(history["loss"], rel=1e-5)
    assert [end.learning_rate for end in outcome.epochs] == pytest.approx([5e-4, 2.5e-5, 1.25e-5], rel=1e-5)


@pytest.mark.parametrize(
    "parameters", [{"share": 0.0, "factor": 0.1}, {"share": 1.0, "factor": 0.1}, {"share": 0.5, "factor": 0}, {"factor": 0.1}]
)
def test_what_is_no_phase_is_refused(parameters: dict[str, float]) -> None:
    """A share lies between 0 and 1, and a factor above 0."""
    with pytest.raises(CannotApplyError, match=r"share|factor"):
        change_run([Edit("two_phases", parameters)], Run())
