"""Drawing a model's weights anew through its own initializers, for factories that seed themselves and for model files."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from dnndoctor.subject.creation import Creation
from dnndoctor.subject.layers import WalkedLayer, walk_layers

_LEARNED_BEFORE_TRAINING = (
    keras.layers.Normalization,
    keras.layers.Discretization,
    keras.layers.StringLookup,
    keras.layers.IntegerLookup,
    keras.layers.TextVectorization,
)
"""Layers whose state comes from `adapt` on the user's data: drawing it anew would destroy it."""


def redraw(model: keras.Model, seed: int, creation: Creation, *, keep_loaded: bool) -> None:
    """Gives every variable a fresh draw from its initializer; equal seeds give equal weights.

    Kept as they are: frozen layers (their weights are what they are frozen for), layers that were adapted to data, and
    variables whose initializer is not known.

    Args:
        model: Built, and as it came from its making.
        seed: Of the draw.
        creation: What was seen while the model was made.
        keep_loaded: Whether to keep weights that the factory loaded or assigned, too.
    """
    for index, (walked, variable, initializer) in enumerate(_drawable(model, creation)):
        if walked.layer.trainable and not (keep_loaded and creation.overwritten(variable)):
            variable.assign(_reseeded(initializer, seed, index)(tuple(variable.shape), dtype=variable.dtype))


def random_weights(model: keras.Model, creation: Creation) -> list[Any]:
    """Values of the variables that are drawn at random and neither loaded nor frozen, for comparing two builds.

    Args:
        model: Built.
        creation: What was seen while the model was made.
    """
    return [
        np.asarray(variable)
        for walked, variable, initializer in _drawable(model, creation)
        if ("seed" in _config(initializer) or not _is_keras(initializer))
        and walked.layer.trainable
        and not creation.overwritten(variable)
    ]


def loaded_paths(model: keras.Model, creation: Creation, other: keras.Model) -> frozenset[str]:
    """Paths of the variables that the factory loads or assigns, the same values whatever the seed.

    Args:
        model: Built, and as it came from its making.
        creation: What was seen while it was made.
        other: The same model made by another seed.
    """
    of_other = {variable.path: variable for variable in other.variables}
    return frozenset(
        variable.path
        for variable in model.variables
        if creation.overwritten(variable)
        and variable.path in of_other
        and np.array_equal(np.asarray(variable), np.asarray(of_other[variable.path]))
    )


def variable_initializer(walked: WalkedLayer, variable: Any, creation: Creation) -> Any:
    """The initializer of a layer's variable, None where it is not known.

    Args:
        walked: The layer.
        variable: One of its own variables.
        creation: What was seen while the model was made.
    """
    seen = creation.initializer(variable)
    if seen is not None:
        return seen
    holder = getattr(walked.layer, "cell", walked.layer)
    return getattr(holder, f"{variable.name}_initializer", None)


def _drawable(model: keras.Model, creation: Creation) -> Iterator[tuple[WalkedLayer, Any, Any]]:
    for walked in walk_layers(model):
        if isinstance(walked.layer, _LEARNED_BEFORE_TRAINING):
            continue
        for variable in walked.weights:
            initializer = variable_initializer(walked, variable, creation)
            if callable(initializer):
                yield walked, variable, initializer


def _reseeded(initializer: Any, seed: int, index: int) -> Any:
    config = _config(initializer)
    if not _is_keras(initializer) or "seed" not in config:
        return initializer
    drawn = int(np.random.SeedSequence((seed, index)).generate_state(1)[0] >> 1)  # Keras takes 31 bits
    return type(initializer).from_config({**config, "seed": drawn})


def _config(initializer: Any) -> dict[str, Any]:
    return dict(initializer.get_config()) if _is_keras(initializer) else {}


def _is_keras(initializer: Any) -> bool:
    return isinstance(initializer, keras.initializers.Initializer)
