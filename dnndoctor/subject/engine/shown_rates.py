"""The rates that steps are taken at, while the user's callbacks are shown the rates of the user's own recipe."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from dnndoctor.subject.callbacks import largest_scheduled
from dnndoctor.subject.edits import Held, Run
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.rates import Rates, decimal
from dnndoctor.subject.engine.state import innermost, key


class ShownRates:
    """Shows callbacks the rates of the user's recipe, while steps are taken at a multiple of them, or at rates that are held.

    A callback sets rates outright (`optimizer.learning_rate = 1e-3`) or by a factor, and both go by the user's own rate.
    """

    def __init__(
        self,
        rates: Rates,
        optimizer: Any,
        pristine: Mapping[int, Any],
        recipe: Run,
        phases: Mapping[int, float],
        callbacks: Sequence[Any],
        epochs: int,
    ) -> None:
        """Shows the rates of the user's recipe.

        Args:
            rates: Of all optimizers, where the training starts from.
            optimizer: The compiled one, None where there is none.
            pristine: The user's own rates, by `key`.
            recipe: What is done to the rates.
            phases: What every rate is multiplied by, by the step that it happens before.
            callbacks: Those that take part.
            epochs: Of the whole course.
        """
        self._rates = rates
        self._numbers = [number.value for number in rates.numbers]
        self._phases = phases
        self._factor = recipe.rate_factor
        self._held = recipe.held
        self._optimizer = innermost(optimizer)
        own = [pristine[key(number)] for number in rates.numbers]
        for number, rate in zip(self._numbers, own, strict=True):
            number.assign(rate)
        self._kept = [decimal(rate) if self._held is Held.COMPILED else 0.0 for rate in own]
        if self._held is Held.LARGEST and (main := self._main()) is not None:
            # A schedule that is known beforehand tells its largest rate; of other callbacks it is the largest so far.
            self._kept[main] = largest_scheduled(callbacks, self._optimizer, epochs) or 0.0

    @contextmanager
    def applied(self, taken: int) -> Iterator[None]:
        """The rates that steps are taken at, while steps are taken.

        Args:
            taken: Steps taken so far.
        """
        factor = self._phases.get(taken)
        if factor is None and self._factor == 1 and self._held is None:
            yield
            return
        if factor is not None:
            self._factor *= factor
            self._rates.multiply(factor, None, numbers=False)
        shown = [tf.identity(number) for number in self._numbers]
        if self._held is Held.LARGEST:
            self._kept = [max(kept, decimal(rate)) for kept, rate in zip(self._kept, shown, strict=True)]
        meant = [self._meant(place, rate) for place, rate in enumerate(shown)]
        for number, rate in zip(self._numbers, meant, strict=True):
            number.assign(rate)
        yield
        for number, before, during in zip(self._numbers, shown, meant, strict=True):
            # A `train_step` may set a rate as well; else the very same number is shown again, however often this is done.
            number.assign(before if float(number) == float(during) else number / self._factor)

    def now(self) -> float:
        """The rate of the compiled optimizer that steps would be taken at."""
        main = self._main()
        if main is not None:
            return float(self._meant(main, self._numbers[main]))
        return float(self._optimizer.learning_rate) if self._optimizer is not None else float("nan")

    def _meant(self, place: int, shown: Any) -> Any:
        if self._held is None and self._factor == 1:
            return tf.identity(shown)
        rate = decimal(shown) if self._held is None else self._kept[place]
        return tf.constant(rate * self._factor, shown.dtype)

    def _main(self) -> int | None:
        source = None if self._optimizer is None else private.rate(self._optimizer)
        return next((place for place, number in enumerate(self._rates.numbers) if number is source), None)
