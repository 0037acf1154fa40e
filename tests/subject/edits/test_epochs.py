"""More epochs."""

from typing import Any

import keras
import pytest

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.edits import CannotApplyError, Run, change_run
from dnndoctor.subject.engine import Engine
from tests.subject.engine import kinds

SEEN: list[int] = []


class Noter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Notes how many epochs it is told of, as schedules of the user's own read it."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        del epoch, logs
        SEEN.append(self.params["epochs"])


@pytest.mark.slow
def test_more_epochs_are_fit_with_more_epochs() -> None:
    """Callbacks are told of all epochs, and what comes out is what `fit` gives with them."""
    SEEN.clear()
    blueprint = kinds.KINDS["plain"].blueprint(shuffle=False, epochs=2, make_callbacks=lambda: [Noter()])
    found: list[Outcome] = []
    trial = Trial((Edit("epochs", {"factor": 1.5}),), steps=36, callbacks=True)
    model = kinds.KINDS["plain"].blueprint().build(0)
    history = model.fit(kinds.X, kinds.CLASSES, batch_size=8, epochs=3, shuffle=False, verbose=0).history

    engine = Engine(blueprint, cores=1, alive=lambda _: None)
    engine.run([trial], on_progress=lambda _: None, deadline=None, on_outcome=found.append)

    assert SEEN == [3, 3, 3]
    assert [end.logs["loss"] for end in found[0].epochs] == pytest.approx(history["loss"], rel=1e-5)


@pytest.mark.parametrize("factor", [1.0, 0.5, None])
def test_what_is_no_factor_is_refused(factor: float | None) -> None:
    """A factor is a number above 1."""
    with pytest.raises(CannotApplyError, match="factor"):
        change_run([Edit("epochs", {"factor": factor})], Run())
