"""The forward pass as a graph."""

from typing import Any

import keras
import pytest

from dnndoctor.subject.forward_pass import LINEAR_OPS, effects, forward_pass, sources
from tests.subject.engine import kinds

LAYERS = keras.layers


def branches() -> keras.Model:
    """One input goes through a product, the other does not."""
    one, two = keras.Input((12,), name="one"), keras.Input((12,), name="two")
    return keras.Model({"one": one, "two": two}, LAYERS.Add(name="sum")([LAYERS.Dense(12, name="dense")(one), two]))


def traced() -> tuple[Any, dict[str, Any]]:
    """The forward pass of it, and its calls by the layer's name."""
    found = forward_pass(branches(), {"two": kinds.X, "one": kinds.X})
    return found, {call.layer.name: call for call in found.calls}


def test_calls_and_inputs() -> None:
    """Every layer has what it was given and what it made; inputs come in the order of the user's tree."""
    found, calls = traced()

    assert calls["dense"].given == (found.inputs[1],)
    assert calls["sum"].given == (*calls["dense"].made, found.inputs[0])


def test_sources_stop_where_they_are_told() -> None:
    """Behind a product nothing is looked at; the other branch is."""
    found, calls = traced()
    (result,) = calls["sum"].made

    everything = list(sources(result, until=lambda _: False))
    near = list(sources(result, until=lambda op: op.type in LINEAR_OPS))

    assert everything[0] is result
    assert {id(tensor) for tensor in found.inputs} <= {id(tensor) for tensor in everything}
    assert any(tensor is found.inputs[0] for tensor in near)
    assert not any(tensor is found.inputs[1] for tensor in near)


def test_effects_stop_where_they_are_told() -> None:
    """The same forwards."""
    found, calls = traced()
    (result,) = calls["sum"].made

    assert any(tensor is result for tensor in effects(found.inputs[:1], until=lambda op: op.type in LINEAR_OPS))
    assert not any(tensor is result for tensor in effects(found.inputs[1:], until=lambda op: op.type in LINEAR_OPS))


def test_tensors_of_inner_graphs_are_left_out() -> None:
    """What a loop inside a layer works on means nothing outside."""
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, LAYERS.LSTM(3)(inputs))

    found = forward_pass(model, kinds.SERIES)

    tensors = [tensor for call in found.calls for tensor in (*call.given, *call.made)]
    assert tensors
    assert all(tensor.graph is found.graph for tensor in tensors)


def test_errors_of_the_user_come_through() -> None:
    """A model that cannot be traced says why."""
    inputs = keras.Input((4,))
    model = keras.Model(inputs, LAYERS.Dense(2)(inputs))

    with pytest.raises(ValueError, match="incompatible"):
        forward_pass(model, kinds.X)
