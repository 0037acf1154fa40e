"""A schedule with longer intervals."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.callbacks import stretched
from dnndoctor.subject.edits import CannotApplyError, Run, change_run
from dnndoctor.subject.engine import Engine, order
from tests.subject.engine import kinds

VALIDATION = Sample(kinds.X[:30] * 1.5, kinds.CLASSES[:30])


def edit(factor: float) -> Edit:
    return Edit("stretched_schedule", {"factor": factor})


def ran(kind: str, trial: Trial, **changes: Any) -> Outcome:
    found: list[Outcome] = []
    engine = Engine(kinds.KINDS[kind].blueprint(**changes), cores=1, alive=lambda _: None)
    engine.run([trial], on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    return found[0]


@pytest.mark.slow
def test_an_optimizers_schedule() -> None:
    """Three times as slow is the same schedule written with three times its steps."""
    model = kinds.KINDS["schedule and AdamW"].blueprint().build(0)
    slow = keras.optimizers.schedules.ExponentialDecay(0.05, 9, 0.5, staircase=True)
    model.compile(keras.optimizers.AdamW(slow, weight_decay=0.05), "sparse_categorical_crossentropy")
    picks = order.stream(np.arange(len(kinds.X), dtype=np.int32), 20, 8, 0, shuffle=True)
    by_hand = [float(model.train_on_batch(kinds.X[pick], kinds.CLASSES[pick], return_dict=True)["loss"]) for pick in picks]

    outcome = ran("schedule and AdamW", Trial((edit(3),), steps=20, scored=False))

    assert outcome.losses == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make_callbacks", "rates"),
    [
        (
            lambda: [keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5 if epoch else rate)],
            (1, 1, 0.5, 0.5, 0.25),
        ),
        (lambda: [keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 / (1 + epoch))], (1, 1, 0.5, 0.5, 1 / 3)),
        (lambda: [keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=10.0)], (1, 1, 0.1, 0.1, 0.01)),
    ],
    ids=["recursive", "absolute", "plateau"],
)
def test_callbacks_of_keras(make_callbacks: Any, rates: tuple[float, ...]) -> None:
    """A schedule that goes on from the last rate, one of the epoch alone, and a plateau's patience take twice the epochs."""
    outcome = ran(
        "plain",
        Trial((edit(2),), steps=60, callbacks=True),
        make_callbacks=make_callbacks,
        validation=VALIDATION,
        shuffle=False,
        epochs=5,
    )

    assert outcome.state is State.FINISHED, outcome.reason
    assert [end.learning_rate for end in outcome.epochs] == pytest.approx([0.001 * rate for rate in rates], rel=1e-6)


def test_a_faster_schedule_skips_no_epoch() -> None:
    """Twice as fast, a schedule that goes on from the last rate is called for every epoch that it passes."""
    calls: list[int] = []

    def schedule(epoch: int, rate: float) -> float:
        calls.append(epoch)
        return rate

    faster = stretched(keras.callbacks.LearningRateScheduler(schedule), 0.5)
    faster.set_model(kinds.plain())
    for epoch in range(3):
        faster.on_epoch_begin(epoch)

    assert calls == [0, 1, 2, 3, 4]


def test_the_users_callback_stays_as_it_is() -> None:
    """A copy is changed: factories may give the same object every time."""
    plateau = keras.callbacks.ReduceLROnPlateau(patience=3, cooldown=2)
    stop = keras.callbacks.EarlyStopping()

    longer = stretched(plateau, 2.5)

    assert (longer.patience, longer.cooldown) == (8, 5)
    assert (plateau.patience, plateau.cooldown) == (3, 2)
    assert stretched(stop, 2.5) is stop


@pytest.mark.parametrize("callbacks", [True, False])
def test_where_nothing_schedules_nothing_stretches(callbacks: bool) -> None:
    """A constant rate has no intervals, and a trial without callbacks none of theirs."""
    outcome = ran("plain", Trial((edit(2),), callbacks=callbacks), make_callbacks=lambda: [keras.callbacks.EarlyStopping()])

    assert outcome.state is State.IMPOSSIBLE
    assert "stretches" in outcome.reason


@pytest.mark.parametrize("factor", [0.0, -1.0, None])
def test_what_is_no_factor_is_refused(factor: float | None) -> None:
    """A factor is a number above 0."""
    with pytest.raises(CannotApplyError, match="factor"):
        change_run([Edit("stretched_schedule", {"factor": factor})], Run())
