"""The summands of a loss: those of the outputs, and what layers add."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.evidence.seen.loss import Term
from dnndoctor.subject.data.trees import map_tree
from dnndoctor.subject.looks import Scene
from dnndoctor.subject.looks import loss_probes as probes
from dnndoctor.subject.looks.loss_places import Place

_TILED_ROWS = 4

_SEVERAL = 6
"""Outputs up to which the weights' gradient is computed for each of them."""


def terms_of(model: keras.Model, places: Sequence[Place], x: Any, scene: Scene) -> tuple[Term, ...]:
    """The summands of the loss, each with the gradient that it sends into the weights.

    Args:
        model: Called once before, so that it is known whether layers add to the loss.
        places: The outputs with a loss.
        x: The batch of inputs that the places' predictions are for.
        scene: Of the subject.

    Returns:
        Nothing where there is one summand only, or more than a handful.
    """
    summands = len(places) + bool(model.losses)
    if not 1 < summands <= _SEVERAL + 1 or not model.trainable_variables:
        return ()
    position = {output.name: number for number, output in enumerate(scene.facts.outputs)}
    with tf.GradientTape(persistent=True) as tape:
        flat = keras.tree.flatten(model(x, training=False))
        named = [
            (place.facts.name, place.weight * tf.reduce_sum(place.loss(place.truth, flat[position[place.facts.name]])))
            for place in places
        ]
        added = model.losses
        if added:
            named.append(("", tf.add_n([tf.reduce_sum(tf.cast(each, tf.float32)) for each in added])))
    weights = [variable.value for variable in model.trainable_variables]
    found = []
    for name, total in named:
        slopes = [slope for slope in tape.gradient(total, weights) if slope is not None]
        norm = float(tf.linalg.global_norm([tf.convert_to_tensor(slope) for slope in slopes])) if slopes else 0.0
        found.append(Term(name, float(total), norm))
    return tuple(found)


def added_growth(model: keras.Model, x: Any) -> float | None:
    """How the part that each row has in what layers add to the loss changes when the batch is repeated.

    Args:
        model: Its weights are left as they are.
        x: Inputs; a few rows of them are taken.

    Returns:
        1 for a sum over the rows, 1/8 for a mean; None where what is added is zero.
    """
    few = map_tree(lambda leaf: leaf[:_TILED_ROWS], x)
    once = _added(model, few)
    if not once:
        return None
    return _added(model, map_tree(lambda leaf: tf.concat([leaf] * probes.TILES, axis=0), few)) / once / probes.TILES


def _added(model: keras.Model, x: Any) -> float:
    """What layers add to the loss for these inputs, regularizers of weights apart."""
    model(x, training=False)
    return float(sum(float(tf.reduce_sum(each)) for each in added_terms(model)))


def added_terms(model: keras.Model) -> list[Any]:
    """What layers added to the loss in the last call, penalties of weights apart, which come last.

    Args:
        model: Called before.
    """
    penalties = sum(variable.regularizer is not None for variable in model.trainable_variables)
    return list(model.losses[: len(model.losses) - penalties])
