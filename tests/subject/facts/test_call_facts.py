"""The forward pass is read as it is, for every way of writing a model."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.call_facts import INPUT, CallFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.subject.facts.call_facts import call_facts
from dnndoctor.subject.forward_pass import forward_pass
from dnndoctor.subject.layers import walk_layers
from tests.subject.patient import DATA, Patient

LAYERS = keras.layers


class Block(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A residual block of the user's own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.norm = LAYERS.LayerNormalization(name="norm")
        self.dense = LAYERS.Dense(6, name="dense")

    def call(self, inputs: Any) -> Any:
        return inputs + tf.nn.relu(self.dense(self.norm(inputs)))


class Own(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A layer of the user's own that holds no others."""

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], 5))

    def call(self, inputs: Any) -> Any:
        return tf.nn.relu(inputs @ self.kernel)


class Net(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A subclassed model."""

    def __init__(self) -> None:
        super().__init__()
        self.block, self.own, self.head = Block(name="block"), Own(name="own"), LAYERS.Dense(2, name="head")

    def call(self, inputs: Any) -> Any:
        return self.head(self.own(self.block(inputs)))


def calls_of(model: keras.Model, *shape: int, dtype: str = "float32") -> tuple[CallFacts, ...]:
    """What is read of a model that takes rows of this shape."""
    x = np.ones((4, *shape), dtype)
    model(x)
    return call_facts(model, forward_pass(model, x))


def arrows(calls: tuple[CallFacts, ...]) -> set[str]:
    """What feeds what, in words, with "out" behind what gives an output."""
    names = [call.layer or call.operation for call in calls]
    found = {f"{name} > {names[taker]}" for name, call in zip(names, calls, strict=True) for taker in call.feeds}
    return found | {f"{name} > out{index}" for name, call in zip(names, calls, strict=True) for index in call.outputs}


def test_a_chain_with_layers_that_do_nothing_in_inference() -> None:
    """Dropout gives back the very tensor it took, and is a step all the same; so is what only moves values."""
    model = keras.Sequential(
        [
            LAYERS.Conv2D(2, 3, name="conv"),
            LAYERS.BatchNormalization(name="norm"),
            LAYERS.Flatten(name="flat"),
            LAYERS.Dropout(0.5, name="drop"),
            LAYERS.Dense(2, name="head"),
            LAYERS.Activation("softmax", name="act"),
        ]
    )

    chain = "Input > conv", "conv > norm", "norm > flat", "flat > drop", "drop > head", "head > act", "act > out0"
    assert arrows(calls_of(model, 8, 8, 1)) == set(chain)


def test_branches_and_operations_between_layers() -> None:
    """Operations are steps of their own, those that only move values are passed through, and each output knows its maker."""
    inputs = keras.Input((6,))
    one = LAYERS.Dense(6, name="one")(inputs)
    joined = keras.ops.relu(one) + LAYERS.Dense(6, name="two")(keras.ops.reshape(one, (-1, 6)))
    outputs = [LAYERS.Dense(1, name="size")(joined), LAYERS.Dense(2, name="kind")(keras.ops.concatenate([joined, inputs]))]

    assert arrows(calls_of(keras.Model(inputs, outputs), 6)) == {
        "Input > one",
        "Input > ConcatV2",
        "one > Relu",
        "one > two",
        "Relu > AddV2",
        "two > AddV2",
        "AddV2 > size",
        "AddV2 > ConcatV2",
        "ConcatV2 > kind",
        "size > out0",
        "kind > out1",
    }


def test_a_subclassed_model() -> None:
    """Layers of the user's own that hold others are looked into, those that hold none are one step."""
    assert arrows(calls_of(Net(), 6)) == {
        "Input > block/norm",
        "block/norm > block/dense",
        "block/dense > Relu",
        "Relu > AddV2",
        "Input > AddV2",
        "AddV2 > own",
        "own > head",
        "head > out0",
    }


def test_wrappers_and_masks() -> None:
    """Wrappers and attention are one step each, and a mask on its way past a layer is no value that feeds another."""
    tokens = keras.Input((7,), dtype="int32")
    inner = LAYERS.Dense(4, name="dense")(LAYERS.Embedding(30, 8, mask_zero=True, name="ids")(tokens))
    attended = LAYERS.MultiHeadAttention(2, 4, name="attention")(inner, inner)
    both = LAYERS.Bidirectional(LAYERS.LSTM(3, return_sequences=True), name="both")(attended)
    outputs = LAYERS.TimeDistributed(LAYERS.Dense(4), name="each")(both)

    assert arrows(calls_of(keras.Model(tokens, outputs), 7, dtype="int32")) == {
        "Input > ids",
        "ids > dense",
        "dense > attention",
        "attention > both",
        "both > each",
        "each > out0",
    }


def test_a_layer_that_is_called_twice_has_two_steps() -> None:
    """Each call stands at its own place."""
    inputs = keras.Input((4,))
    norm = LAYERS.BatchNormalization(name="norm")
    calls = calls_of(keras.Model(inputs, LAYERS.Dense(1, name="head")(norm(LAYERS.Dense(4, name="dense")(norm(inputs))))), 4)

    assert [call.layer for call in calls] == [None, "norm", "dense", "norm", "head"]
    assert [call.feeds for call in calls] == [(1,), (2,), (3,), (4,), ()]


@pytest.mark.parametrize("make", [keras.applications.MobileNetV2, keras.applications.ResNet50])
def test_functional_graphs_agree_with_keras(make: Any) -> None:
    """In real networks the arrows between layers are exactly those of Keras' own record of the functional graph."""
    model = make(weights=None, input_shape=(32, 32, 3), classes=3)
    paths = {id(walked.layer): walked.path for walked in walk_layers(model)}
    recorded = {
        f"{paths.get(id(tensor._keras_history.operation), INPUT)} > {paths[id(layer)]}"
        for layer in model.layers
        if id(layer) in paths
        for node in layer._inbound_nodes
        for tensor in node.input_tensors
    }

    assert arrows(calls_of(model, 32, 32, 3)) - {"predictions > out0"} == recorded


def test_facts_hold_the_pass(tmp_path: Path) -> None:
    """The façade traces the model once, and facts travel with what was read; a model that cannot be traced has none."""
    script = """
    def build_model():
        model = keras.Sequential([keras.Input((3,)), layers.Dense(1, name="head")])
        model.compile("sgd", "mse")
        return model
    """
    values = """
    class Values(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1)

        def call(self, inputs):
            return self.head(inputs * float(inputs.numpy().max() > 0))

    def build_model():
        model = Values()
        model.compile("sgd", "mse", run_eagerly=True)
        return model
    """

    def facts(name: str, body: str) -> Facts:
        (tmp_path / name).mkdir()
        return Patient(tmp_path / name, dedent(body) + DATA).load()[1]

    assert facts("traced", script).calls == (CallFacts(None, INPUT, (1,)), CallFacts("head", outputs=(0,)))
    assert facts("eager", values).calls == ()
