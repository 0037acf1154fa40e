"""The treatments' learning rates during `fit`: multiplied, held, stretched and in phases, with the user's callbacks around."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.errors import SubjectError
from dnndoctor.subject.callbacks import stretched, taking_part
from dnndoctor.subject.edits import Held, Run
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.rates import Rates
from dnndoctor.subject.engine.shown_rates import ShownRates
from dnndoctor.subject.engine.state import innermost, key, optimizers_of


def rates_change(run: Run) -> bool:
    """Whether treatments change the learning rates.

    Args:
        run: Of the treatments.
    """
    return run.rate_factor != 1 or run.held is not None or run.stretch != 1 or bool(run.phases)


class TreatedRates:
    """The rates of one training."""

    def __init__(self, model: keras.Model, run: Run, callbacks: Sequence[Any], epochs: int, steps: int | None) -> None:
        """Has the optimizers start at the treated rates.

        Args:
            model: Compiled, never trained.
            run: Of the treatments.
            callbacks: The user's that take part.
            epochs: Of the training.
            steps: Of an epoch, None where not known.

        Raises:
            SubjectError: A part of the training is to have another rate, and nobody knows how long all of it is.
        """
        if steps is None and (run.phases or run.held is Held.LARGEST):
            raise SubjectError(
                "A treatment sets the rate by the length of the training, which the data does not tell.",
                stage="applying the treatments",
                advice="Give the config `fit.steps_per_epoch`.",
            )
        self._run = run
        self._own = [(inner, private.rate(inner)) for inner in map(innermost, optimizers_of(model))]
        self._rates = rates = Rates(optimizers_of(model))
        pristine = {key(number): tf.identity(number.value) for number in rates.numbers}
        total = (steps or 0) * epochs
        values = rates.start(
            run.rate_factor, pristine, stretch=run.stretch, held_over=total if run.held is Held.LARGEST else None
        )
        for variable in rates.variables:
            if key(variable) in values:
                variable.assign(values[key(variable)])
        at_once = model.steps_per_execution or 1
        phases = _steps(run, total, at_once)
        shown = None
        if taking_part(callbacks) and (run.rate_factor != 1 or run.held is not None or phases):
            shown = ShownRates(rates, model.optimizer, pristine, run, phases, taking_part(callbacks), epochs)
        self._steps = _Steps(rates, shown, phases, at_once)

    def around(self, callbacks: Sequence[Any]) -> list[Any]:
        """The callbacks of `fit`: the user's, schedules stretched, between those that set and take back the treated rates.

        Args:
            callbacks: The user's that take part.
        """
        factor = self._run.stretch
        own = [callback if factor == 1 else stretched(callback, factor) for callback in callbacks]
        return [_After(self._steps), *own, _Before(self._steps)] if self._steps.needed else own

    def hand_back(self) -> None:
        """Gives the optimizers the user's own schedules back, since a saved file cannot hold others; numbers stay."""
        for optimizer, source in self._own:
            private.set_rate(optimizer, source)


class _Steps:
    """What is done to the rates before and after each step."""

    def __init__(self, rates: Rates, shown: ShownRates | None, phases: Mapping[int, float], at_once: int) -> None:
        self._rates, self._shown, self._phases, self._at_once = rates, shown, phases, at_once
        self._taken = 0
        self._open = ExitStack()

    @property
    def needed(self) -> bool:
        """Whether anything is done at all."""
        return self._shown is not None or bool(self._phases)

    def before(self) -> None:
        """A step begins."""
        if self._shown is not None:
            self._open.enter_context(self._shown.applied(self._taken))
        elif (factor := self._phases.get(self._taken)) is not None:
            self._rates.multiply(factor, None)

    def after(self) -> None:
        """It ended."""
        self._taken += self._at_once
        self._open.close()


class _Before(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types, so its classes are Any
    """The last of the callbacks: what the user's have set is multiplied."""

    def __init__(self, steps: _Steps) -> None:
        super().__init__()
        self._steps = steps

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        del batch, logs
        self._steps.before()


class _After(keras.callbacks.Callback):  # type: ignore[misc]  # as above
    """The first of the callbacks: the user's are shown the rates of their own recipe."""

    def __init__(self, steps: _Steps) -> None:
        super().__init__()
        self._steps = steps

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        del batch, logs
        self._steps.after()


def _steps(run: Run, total: int, at_once: int) -> dict[int, float]:
    """What every rate is multiplied by, by the step that it happens before; only where a graph call begins is there a before."""
    found: dict[int, float] = {}
    for share, factor in run.phases:
        step = round(share * total) // at_once * at_once
        found[step] = found.get(step, 1.0) * factor
    return found
