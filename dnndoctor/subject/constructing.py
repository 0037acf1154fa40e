"""Watching the layers with a width that are made, and giving some of them another one.

Widths are set where they are asked for, in the constructors of Keras' layers while the user's factory runs, so that everything
that the factory derives from them follows. Layers are known from build to build by the order in which they are made: their
automatic names change.
"""

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import keras

_LAYERS = keras.layers

WIDTHS: Mapping[type, str] = {
    **dict.fromkeys((_LAYERS.Dense, _LAYERS.LSTM, _LAYERS.GRU, _LAYERS.SimpleRNN), "units"),
    **dict.fromkeys((_LAYERS.LSTMCell, _LAYERS.GRUCell, _LAYERS.SimpleRNNCell), "units"),
    **dict.fromkeys((_LAYERS.Conv1D, _LAYERS.Conv2D, _LAYERS.Conv3D), "filters"),
    **dict.fromkeys((_LAYERS.Conv1DTranspose, _LAYERS.Conv2DTranspose, _LAYERS.Conv3DTranspose), "filters"),
    **dict.fromkeys((_LAYERS.SeparableConv1D, _LAYERS.SeparableConv2D), "filters"),
    **dict.fromkeys((_LAYERS.ConvLSTM1D, _LAYERS.ConvLSTM2D, _LAYERS.ConvLSTM3D), "filters"),
    _LAYERS.Embedding: "output_dim",
}
"""Keras' layers whose output has a width that their constructor is told, and the argument that tells it."""


@dataclass(frozen=True)
class Made:
    """A layer as it was asked for.

    Attributes:
        layer: It.
        kind: Class that the width was told to.
        width: As asked for.
    """

    layer: Any
    kind: type
    width: int


class Watch:
    """One thread's watch over what is made.

    Attributes:
        made: So far.
        inside: Whether one of Keras' layers is just being made, and what it makes inside itself with it.
        paused: How many things are being made that are none of its business.
    """

    def __init__(self) -> None:
        self.made: list[Made] = []
        self.inside = False
        self.paused = 0


_WATCHES = threading.local()


def watches() -> list[Watch]:
    """The watches of this thread, the outer ones first."""
    found: list[Watch] = vars(_WATCHES).setdefault("all", [])
    return found


@contextmanager
def unwatched() -> Iterator[None]:
    """What is made inside counts for no watch around it: it is made to be looked at, and no part of their models."""
    around = list(watches())
    for watch in around:
        watch.paused += 1
    try:
        yield
    finally:
        for watch in around:
            watch.paused -= 1


@contextmanager
def constructing(widths: Mapping[int, int]) -> Iterator[list[Made]]:
    """Notes the layers with a width that this thread makes, and gives some of them another one.

    Layers that Keras' own layers make inside themselves (the cell of an `LSTM`) are not counted. What Keras makes anew from the
    config of another layer, as `Bidirectional` does, is: the width is set, not multiplied.

    Args:
        widths: By the layer's number in the order of making.
    """
    watch = Watch()

    def noting(kind: type, name: str) -> Callable[..., None]:
        start = kind.__init__  # type: ignore[misc]  # of a class from the table above, known to take these arguments
        signature = inspect.signature(start)

        @wraps(start)
        def start_noted(self: Any, *args: Any, **kwargs: Any) -> None:
            if watch.inside or watch.paused or watch not in watches():
                start(self, *args, **kwargs)
                return
            try:
                given = signature.bind(self, *args, **kwargs)
            except TypeError:  # a call that is wrong says so itself
                start(self, *args, **kwargs)
                return
            asked = given.arguments[name]
            if len(watch.made) in widths:
                given.arguments[name] = widths[len(watch.made)]
            watch.made.append(Made(self, kind, asked))
            watch.inside = True
            try:
                start(*given.args, **given.kwargs)
            finally:
                watch.inside = False

        # Keras asks for the full signature of a layer's constructor, and does not look behind decorators.
        start_noted.__signature__ = signature  # type: ignore[attr-defined]  # `inspect` reads it from there
        return start_noted

    with ExitStack() as restored:
        for kind, name in WIDTHS.items():
            restored.callback(setattr, kind, "__init__", kind.__init__)  # type: ignore[misc]  # as above
            kind.__init__ = noting(kind, name)  # type: ignore[misc]  # as above
        watches().append(watch)
        restored.callback(watches().remove, watch)
        yield watch.made
