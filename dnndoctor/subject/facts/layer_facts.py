"""Facts of the layers: type, activation, initializers, the weights as they are before training, and where they were written."""

import warnings
from collections.abc import Set
from typing import Any

import keras
import numpy as np

from dnndoctor.evidence.facts import ClipFacts, LayerFacts, WeightFacts
from dnndoctor.subject.clipping import clips
from dnndoctor.subject.creation import Creation
from dnndoctor.subject.facts.activations import activation_name
from dnndoctor.subject.initial_weights import variable_initializer
from dnndoctor.subject.layers import WalkedLayer, is_built_in, walk_layers

_WIDTHS = ("units", "filters", "output_dim", "depth_multiplier")
_SETTINGS_LIMIT = 100  # characters of a text setting


def layer_facts(model: keras.Model, creation: Creation, loaded: Set[str] = frozenset()) -> tuple[LayerFacts, ...]:
    """Facts of all layers.

    Args:
        model: Built, and as it came from its making.
        creation: What was seen while it was made.
        loaded: Paths of the variables that the factory loads or assigns.
    """
    return tuple(_facts(walked, creation, loaded) for walked in walk_layers(model))


def clip_facts(model: keras.Model, creation: Creation) -> tuple[ClipFacts, ...]:
    """Where values are cut off at bounds inside the model.

    Args:
        model: Built.
        creation: What was seen while it was made.
    """
    paths = {id(walked.layer): walked.path for walked in walk_layers(model)}
    return tuple(
        ClipFacts(paths.get(id(clip.owner), clip.owner.name), clip.what, clip.low, clip.high, creation.place(clip.owner))
        for clip in clips(model)
    )


def _facts(walked: WalkedLayer, creation: Creation, loaded: Set[str]) -> LayerFacts:
    layer = walked.layer
    return LayerFacts(
        path=walked.path,
        kind=type(layer).__name__,
        built_in=is_built_in(layer),
        activation=activation_name(layer),
        units=next((width for name in _WIDTHS if isinstance(width := getattr(layer, name, None), int)), None),
        use_bias=_use_bias(layer),
        output_shape=_output_shape(layer),
        parameters=sum(int(np.prod(variable.shape)) for variable in walked.weights),
        trainable=bool(layer.trainable),
        weights=_weights(walked, creation, loaded),
        place=creation.place(layer),
        settings=_settings(layer),
    )


def _weights(walked: WalkedLayer, creation: Creation, loaded: Set[str]) -> tuple[WeightFacts, ...]:
    names = [variable.name for variable in walked.weights]
    return tuple(
        _weight(
            variable,
            variable.name if names.count(variable.name) == 1 else "/".join(variable.path.split("/")[-2:]),
            walked,
            creation,
            loaded,
        )
        for variable in walked.weights
    )


def _weight(variable: Any, name: str, walked: WalkedLayer, creation: Creation, loaded: Set[str]) -> WeightFacts:
    initializer = variable_initializer(walked, variable, creation)
    values = np.asarray(keras.ops.convert_to_numpy(variable)).astype(np.float64).ravel()
    finite = values[np.isfinite(values)]
    known = finite.size > 0
    return WeightFacts(
        name=name,
        shape=tuple(int(size) for size in variable.shape),
        initializer=None if initializer is None else _class_name(initializer),
        mean=float(finite.mean()) if known else float("nan"),
        std=float(finite.std()) if known else float("nan"),
        minimum=float(finite.min()) if known else float("nan"),
        maximum=float(finite.max()) if known else float("nan"),
        zero_share=float(np.mean(values == 0)) if values.size else 0.0,
        nonfinite=int(values.size - finite.size),
        trainable=bool(variable.trainable),
        constraint=None if variable.constraint is None else _class_name(variable.constraint),
        loaded=variable.path in loaded,
    )


def _class_name(used: Any) -> str:
    """Of an object its class, of a function its own name."""
    return str(getattr(used, "__name__", type(used).__name__))


def _use_bias(layer: keras.layers.Layer) -> bool | None:
    if isinstance(use := getattr(layer, "use_bias", None), bool):
        return use
    if isinstance(layer, keras.layers.EinsumDense):
        return layer.bias_axes is not None
    return None


def _output_shape(layer: keras.layers.Layer) -> tuple[int | None, ...] | None:
    try:
        shape = layer.output.shape  # of the first call; a shared layer keeps the first shape
    except (AttributeError, ValueError):
        return None
    return tuple(None if size is None else int(size) for size in shape[1:]) if hasattr(shape, "__len__") else None


def _settings(layer: keras.layers.Layer) -> dict[str, str | int | float | bool | None]:
    """Scalar settings from the layer's config; lists of scalars as text, objects by class name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of saving lambdas, and nothing is saved here
            config = layer.get_config()
    except Exception:  # a custom layer that does not say what it was made with
        return {}
    settings: dict[str, str | int | float | bool | None] = {}
    for name, value in config.items():
        if name in {"name", "build_config", "layer", "layers", "backward_layer"}:
            continue
        if isinstance(value, dict) and isinstance(value.get("class_name"), str):
            inner = value.get("config")
            settings[name] = (
                inner["name"] if name == "dtype" and isinstance(inner, dict) and "name" in inner else value["class_name"]
            )
        elif value is None or isinstance(value, str | bool | int | float):
            settings[name] = value[:_SETTINGS_LIMIT] if isinstance(value, str) else value
        elif isinstance(value, list | tuple) and all(isinstance(part, str | bool | int | float) for part in value):
            settings[name] = str(tuple(value))[:_SETTINGS_LIMIT]
    return settings
