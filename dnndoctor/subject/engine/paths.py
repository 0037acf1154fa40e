"""The ways of taking the steps of a trial, from the fastest to the plainest; `structure` chooses among them.

"replicas" and "loop" run a chunk of steps as one compiled `tf.while_loop`, the first on several sets of variables at once;
"step_function"
calls a compiled step from Python; "train_on_batch" does what Keras' method of that name does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from dnndoctor.evidence.trial import Recording
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.recording import Column, StepRecorder, loss_in
from dnndoctor.subject.engine.state import Replica

STREAK = 10
"""A trial with a target stops once its loss was below it for so many steps running."""


@dataclass(frozen=True)
class Chunk:
    """What came of some steps.

    Attributes:
        records: Float32, (steps taken, columns).
        streak: For how many steps running the loss is now below the target.
    """

    records: npt.NDArray[np.float32]
    streak: int


class Way(Protocol):
    """One way of taking steps."""

    name: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """What is recorded at each step."""

    @property
    def has_loss(self) -> bool:
        """Whether the step reports a loss."""

    def functions(self) -> Sequence[Any]:
        """The compiled functions that it stands on."""

    def run(
        self, leaves: Sequence[Any], index: npt.NDArray[np.int32], below: float, streak: int, replica: Replica | None
    ) -> Chunk:
        """Takes steps until the index ends, the loss is not finite, or it stayed below the target.

        Args:
            leaves: The rows' arrays.
            index: Row numbers, (steps, batch).
            below: The target; minus infinity where there is none.
            streak: Of the chunk before.
            replica: The variables to run on, None for the model's own.
        """


class _Compiled:
    """What ways that stand on one compiled function have in common."""

    _recorder: StepRecorder
    _function: Any

    @property
    def columns(self) -> tuple[Column, ...]:
        """See `Way`."""
        return self._recorder.columns

    @property
    def has_loss(self) -> bool:
        """See `Way`."""
        return self._recorder.has_loss

    def functions(self) -> Sequence[Any]:
        """See `Way`."""
        return (self._function,)


class Loop(_Compiled):
    """A chunk of steps as one graph call."""

    name = "loop"

    def __init__(
        self,
        recorder: StepRecorder,
        template: Any,
        specs: Sequence[Any],
        batch: int | None = None,
        *,
        single_threaded: bool = False,
    ) -> None:
        """Traces the loop.

        Args:
            recorder: Takes one step.
            template: Of the rows.
            specs: Signatures of the rows' arrays.
            batch: Rows a step where the model takes no other number.
            single_threaded: Whether the single-threaded executor runs it.

        Raises:
            Exception: Whatever the user's code raises when it is traced inside a loop.
        """
        self._recorder = recorder
        self._single = single_threaded

        def loop(leaves: Any, index: Any, below: Any, streak: Any) -> Any:
            steps = tf.shape(index)[0]

            def unfinished(step: Any, _records: Any, _streak: Any, stopped: Any) -> Any:
                return (step < steps) & ~stopped

            def body(step: Any, records: Any, streak: Any, _stopped: Any) -> Any:
                pick = index[step]
                loss, numbers = recorder(rows_data.batch(template, [tf.gather(leaf, pick) for leaf in leaves]))
                streak = tf.where(loss < below, streak + 1, 0)
                stopped = streak >= STREAK
                if recorder.has_loss:
                    stopped |= ~tf.math.is_finite(loss)
                return step + 1, records.write(step, numbers), streak, stopped

            records = tf.TensorArray(tf.float32, size=steps, infer_shape=True)
            start = (tf.constant(0), records, streak, tf.constant(False))
            step, records, streak, _ = tf.while_loop(unfinished, body, start, maximum_iterations=steps)
            return step, records.stack(), streak

        signature = [
            list(specs),
            tf.TensorSpec([None, batch], tf.int32),
            tf.TensorSpec([], tf.float32),
            tf.TensorSpec([], tf.int32),
        ]
        with private.single_threaded(single_threaded):
            self._function = tf.function(loop, autograph=False).get_concrete_function(*signature)

    def run(
        self, leaves: Sequence[Any], index: npt.NDArray[np.int32], below: float, streak: int, replica: Replica | None
    ) -> Chunk:
        """See `Way`."""
        arguments = [*leaves, tf.constant(index), tf.constant(below, tf.float32), tf.constant(streak)]
        with private.single_threaded(self._single):
            if replica is None:
                taken, records, after = self._function(list(leaves), *arguments[len(leaves) :])
            else:
                taken, records, after = private.call_with(self._function, arguments, replica.captures(self._function))
        return Chunk(records.numpy()[: int(taken)], int(after))


class Steps(_Compiled):
    """A compiled step, called from Python; for what cannot stand inside a loop."""

    name = "step_function"

    def __init__(self, recorder: StepRecorder, template: Any, specs: Sequence[Any]) -> None:
        """Traces the step.

        Args:
            recorder: Takes one step.
            template: Of the rows.
            specs: Signatures of the rows' arrays.

        Raises:
            Exception: Whatever the user's code raises when it is traced.
        """
        self._recorder = recorder

        def step(leaves: Any, pick: Any) -> Any:
            return recorder(rows_data.batch(template, [tf.gather(leaf, pick) for leaf in leaves]))[1]

        function = tf.function(step, autograph=False)
        self._function = function.get_concrete_function(list(specs), tf.TensorSpec([None], tf.int32))

    def run(
        self, leaves: Sequence[Any], index: npt.NDArray[np.int32], below: float, streak: int, replica: Replica | None
    ) -> Chunk:
        """See `Way`."""
        del replica  # one state only
        return _one_by_one(
            index, below, streak, self.has_loss, lambda pick: self._function(list(leaves), tf.constant(pick)).numpy()
        )


class Batches:
    """What `train_on_batch` does, one step after the other; losses, and with `run_eagerly` everything else, are recorded."""

    name = "train_on_batch"

    def __init__(self, recorder: StepRecorder, template: Any) -> None:
        """Takes the model as it is.

        Args:
            recorder: Takes one step, and is asked to only where the model runs eagerly.
            template: Of the rows.
        """
        self._recorder = recorder
        self._template = template
        self._model = recorder.model
        # Keras' compiled function runs no Python after its first call, so its inside is seen in eager mode only.
        self._eager = self._model.run_eagerly and recorder.recording is not Recording.LOSS

    @property
    def columns(self) -> tuple[Column, ...]:
        """See `Way`."""
        return self._recorder.columns if self._eager else (Column("loss"),)

    @property
    def has_loss(self) -> bool:
        """See `Way`."""
        return self._recorder.has_loss

    def functions(self) -> Sequence[Any]:
        """See `Way`."""
        return ()

    def run(
        self, leaves: Sequence[Any], index: npt.NDArray[np.int32], below: float, streak: int, replica: Replica | None
    ) -> Chunk:
        """See `Way`."""
        del replica  # one state only

        def step(pick: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
            batch = rows_data.batch(self._template, [tf.gather(leaf, pick) for leaf in leaves])
            if self._eager:
                return np.asarray(self._recorder(batch)[1])
            loss = loss_in(train_on_batch(self._model, batch))
            self._recorder.has_loss = loss is not None
            return np.array([np.nan if loss is None else float(loss)], np.float32)

        return _one_by_one(index, below, streak, None, step, lambda: self.has_loss)


def train_on_batch(model: keras.Model, batch: Any) -> Any:
    """What `model.train_on_batch` does, with the batch in the form that `fit` gives it.

    The method itself always hands over three parts, which a `train_step` that unpacks two does not take.

    Args:
        model: Compiled.
        batch: Inputs, targets and weights as `fit` packs them.

    Returns:
        What `train_step` reports.
    """
    model.make_train_function()
    model.reset_metrics()
    return model.train_function(iter([batch]))


def _one_by_one(
    index: npt.NDArray[np.int32], below: float, streak: int, has_loss: bool | None, step: Any, ask: Any = None
) -> Chunk:
    records: list[npt.NDArray[np.float32]] = []
    for pick in index:
        numbers = step(pick)
        records.append(numbers)
        streak = streak + 1 if numbers[0] < below else 0
        finite_or_unknown = np.isfinite(numbers[0]) or not (ask() if has_loss is None else has_loss)
        if streak >= STREAK or not finite_or_unknown:
            break
    return Chunk(np.stack(records), streak)
