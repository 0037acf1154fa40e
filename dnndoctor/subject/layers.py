"""Walking a model's layers: which there are, under which path, and which variables are each one's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras


@dataclass(frozen=True)
class WalkedLayer:
    """One layer of a model.

    Attributes:
        path: Names from below the model down to the layer, joined by "/"; unique in the model, and the same for every
            model that the same factory builds.
        layer: The layer.
        weights: Its own variables, without those of layers that are walked themselves and without seeds.
    """

    path: str
    layer: keras.layers.Layer
    weights: tuple[Any, ...]


def walk_layers(model: keras.Model) -> tuple[WalkedLayer, ...]:
    """The layers of a model, each once, in the order of the forward pass where Keras knows it, else of creation.

    Nested models are walked and not listed, unless they hold variables of their own. Wrappers (`TimeDistributed`,
    `Bidirectional`) and layers of the user's own are listed and walked. Keras' other layers are leaves, with the variables of
    their parts (the cell of an `LSTM`, the projections of a `MultiHeadAttention`). Input layers compute nothing and are left out.

    Args:
        model: A model; only built layers have variables.
    """
    found: list[tuple[str, keras.layers.Layer, list[keras.layers.Layer]]] = []
    seen: set[int] = set()
    taken: set[str] = set()

    def visit(layer: keras.layers.Layer, prefix: str) -> None:
        if id(layer) in seen or isinstance(layer, keras.layers.InputLayer):
            return
        seen.add(id(layer))
        path = prefix + layer.name
        copies = 1
        while path in taken:
            copies += 1
            path = f"{prefix}{layer.name}#{copies}"
        taken.add(path)
        inner = list(_walked_parts(layer))
        found.append((path, layer, inner))
        for part in inner:
            visit(part, path + "/")

    parts = list(_walked_parts(model))
    for part in parts:
        visit(part, "")
    own = tuple(WalkedLayer(path, layer, _own_weights(layer, inner)) for path, layer, inner in found)
    listed = tuple(walked for walked in own if walked.weights or not isinstance(walked.layer, keras.Model))
    loose = _own_weights(model, parts)
    return (WalkedLayer(model.name, model, loose), *listed) if loose else listed


def is_built_in(layer: object) -> bool:
    """Whether an object's class is Keras' own.

    Args:
        layer: A layer, loss, metric, ...
    """
    return type(layer).__module__.split(".")[0] == "keras"


def _walked_parts(layer: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """The layers inside `layer` that are walked themselves."""
    if isinstance(layer, keras.Model):
        yield from layer.layers
    elif isinstance(layer, keras.layers.Bidirectional):
        yield from (layer.forward_layer, layer.backward_layer)
    elif isinstance(layer, keras.layers.Wrapper):
        yield layer.layer
    elif not is_built_in(layer) or type(layer) is keras.layers.RNN:
        # No public accessor lists the direct parts of a layer that is not a model.
        yield from layer._flatten_layers(include_self=False, recursive=False)


def _own_weights(layer: keras.layers.Layer, inner: list[keras.layers.Layer]) -> tuple[Any, ...]:
    elsewhere = {id(variable) for part in inner for variable in part.weights}
    return tuple(variable for variable in layer.weights if id(variable) not in elsewhere)
