"""What is only seen while a model is being made: where its parts come from, and how variables were first drawn."""

import contextlib
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.facts import Place
from dnndoctor.subject.frames import calling_place

_COMPARED = 64
"""So many values of a variable are kept to see whether it was written to: loaded weights differ from a draw in the first few."""

_MADE_BY_INIT = (keras.optimizers.Optimizer, keras.losses.Loss, keras.callbacks.Callback)
"""Classes whose objects are noted by `__init__`, since they have no `__new__` of their own."""


class Creation:
    """What was seen while one model was being made."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        # The objects are kept beside their ids, so that no id is given out twice while this lives.
        self._places: dict[int, tuple[object, Place | None]] = {}
        self._draws: dict[int, tuple[Any, Any, Any]] = {}
        self._compiled: Place | None = None

    @property
    def compiled(self) -> Place | None:
        """Where the user called `compile` last, None where that was not seen."""
        return self._compiled

    def place(self, made: object) -> Place | None:
        """Where the user created something (by name: where `compile` was called), None where that was not seen.

        Args:
            made: A layer, an operation between layers, an optimizer, a loss or a callback.
        """
        return self._places.get(id(made), (None, None))[1]

    def initializer(self, variable: object) -> Any:
        """The initializer that a layer's variable was made with, None where it was not made by `add_weight`.

        Args:
            variable: The variable.
        """
        return self._draws.get(id(variable), (None, None, None))[1]

    def overwritten(self, variable: object) -> bool:
        """Whether a variable no longer has the values that its initializer gave it: weights were loaded or assigned.

        Args:
            variable: A variable that nothing was done to since the watching ended.
        """
        first = self._draws.get(id(variable), (None, None, None))[2]
        return first is not None and not np.array_equal(first, _head(variable), equal_nan=True)

    @contextlib.contextmanager
    def watching(self, folder: Path) -> Iterator[None]:
        """Watches while a model is made; what is made stays as it is.

        Args:
            folder: The config's folder; places are shown relative to it.
        """
        operation_class, layer_class = keras.Operation, keras.layers.Layer
        compiling_class = next(owner for owner in keras.Model.__mro__ if "compile" in vars(owner))
        patched = (
            (operation_class, "__new__"),  # a layer is an operation, too
            (layer_class, "add_weight"),
            (compiling_class, "compile"),
            *((made_by_init, "__init__") for made_by_init in _MADE_BY_INIT),
        )
        kept = [(owner, name, vars(owner).get(name)) for owner, name in patched]
        new, add_weight, compiling = operation_class.__new__, layer_class.add_weight, compiling_class.compile

        def noting_place(cls: type, *args: Any, **kwargs: Any) -> Any:
            made = new(cls, *args, **kwargs)
            self._places[id(made)] = (made, calling_place(folder))
            return made

        @wraps(add_weight)
        def noting_draw(layer: Any, *args: Any, **kwargs: Any) -> Any:
            variable = add_weight(layer, *args, **kwargs)
            given = kwargs.get("initializer", args[1] if len(args) > 1 else None)
            if given is None:  # what `add_weight` takes then
                given = "glorot_uniform" if "float" in str(variable.dtype) else "zeros"
            self._draws[id(variable)] = (variable, keras.initializers.get(given), _head(variable))
            return variable

        @wraps(compiling)
        def noting_compile(model: Any, *args: Any, **kwargs: Any) -> None:
            self._compiled = calling_place(folder) or self._compiled
            compiling(model, *args, **kwargs)

        operation_class.__new__ = staticmethod(noting_place)
        layer_class.add_weight = noting_draw
        compiling_class.compile = noting_compile
        for made_by_init in _MADE_BY_INIT:
            made_by_init.__init__ = self._noting_init(made_by_init.__init__, folder)
        try:
            yield
        finally:
            for owner, name, original in kept:
                if original is None:  # the class had inherited it
                    delattr(owner, name)
                else:
                    setattr(owner, name, original)

    def _noting_init(self, start: Callable[..., None], folder: Path) -> Callable[..., None]:
        """An `__init__` that notes the place first."""

        @wraps(start)
        def noting_init(made: Any, *args: Any, **kwargs: Any) -> None:
            self._places[id(made)] = (made, calling_place(folder))
            start(made, *args, **kwargs)

        return noting_init


def _head(variable: Any) -> Any:
    """The first values of a variable, None where it has none yet (Keras draws late inside a symbolic build)."""
    value = getattr(variable, "_value", None)
    if value is None:
        return None
    with tf.init_scope():  # also inside a graph that is being traced, the variable itself lives outside
        return tf.reshape(value, (-1,))[:_COMPARED].numpy()
