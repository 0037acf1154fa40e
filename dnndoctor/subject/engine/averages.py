"""Averaged weights (`use_ema`), which `fit` puts in the place of the weights when its last epoch is over."""

from typing import Any

import keras
import tensorflow as tf

from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.state import Replica, State, innermost


class Averages:
    """The averages that a model's optimizer keeps of its weights, if it does."""

    def __init__(self, model: keras.Model) -> None:
        """Traces nothing yet.

        Args:
            model: Compiled.
        """
        self._model = model
        self._assign: Any = None

    def trace(self, state: State) -> None:
        """Makes `assign` ready, once all variables are there.

        Args:
            state: Is told of the averages.
        """
        optimizer = self._model.optimizer
        if self._assign is None and getattr(innermost(optimizer), "use_ema", False):
            finalize = tf.function(lambda: optimizer.finalize_variable_values(self._model.trainable_variables), autograph=False)
            self._assign = finalize.get_concrete_function()
            state.know(self._assign.graph.variables)

    def assign(self, replica: Replica | None) -> None:
        """Does what `fit` does at its end; nothing where no averages are kept.

        Args:
            replica: Whose weights, None for the model's own.
        """
        if self._assign is not None and replica is None:
            self._assign()
        elif self._assign is not None and replica is not None:
            private.call_with(self._assign, [], replica.captures(self._assign))
