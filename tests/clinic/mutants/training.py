"""Trains a recipe by plain Keras, without anything of the doctor's, and scores it on the held-out part."""

import time
from typing import Any

import keras
import numpy as np

from tests.clinic.mutants.datasets import Array, Table, load
from tests.clinic.mutants.factories import build_model, load_data
from tests.clinic.mutants.parents import TASKS
from tests.clinic.mutants.recipe import Damage, Recipe
from tests.clinic.mutants.spoiling import spoiled


def score(recipe: Recipe, seed: int) -> tuple[float, float]:
    """Builds, fits, and predicts the held-out part.

    Args:
        recipe: What to train.
        seed: Keras' global seed.

    Returns:
        The score, and the seconds of `fit`.
    """
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    train, held_out = load_data(**recipe.data_args())
    model = build_model(**recipe.model_args())
    keywords = recipe.fit_args()
    if "callbacks" in keywords:
        keywords["callbacks"] = [_callback(each) for each in keywords["callbacks"]]
    arrays = (train,) if recipe.streamed else train
    watched = (
        held_out if "callbacks" in keywords else None
    )  # half the time is for the held-out part, and nothing else asks for it
    started = time.monotonic()
    model.fit(*arrays, validation_data=watched, verbose=0, **keywords)
    seconds = time.monotonic() - started
    table = spoiled(load(recipe.plan.dataset), recipe.damage)
    predicted = model.predict(table.x_val, verbose=0, batch_size=500)
    return _judged(recipe, table, predicted), seconds


def constant(dataset: str) -> float:
    """What the best constant answer scores: the most frequent class, or the mean.

    Args:
        dataset: The data set's name.
    """
    table = spoiled(load(dataset), Damage())
    match TASKS[dataset]:
        case "classes":
            return float(np.bincount(table.y_val).max() / len(table.y_val))
        case "binary" | "tags":
            share = table.y_val.mean(0)
            return float(np.maximum(share, 1 - share).mean())
        case "two":
            return float(np.bincount(table.y_val[0]).max() / len(table.y_val[0]) / 2)
        case _:
            return 0.0


def _judged(recipe: Recipe, table: Table, predicted: Any) -> float:
    """The score: higher is better, that of the constant answer where a prediction is not finite."""
    parts = predicted if isinstance(predicted, list | tuple) else (predicted,)
    if not all(np.isfinite(part).all() for part in parts):
        return constant(recipe.plan.dataset)
    match TASKS[recipe.plan.dataset]:
        case "classes":
            y = table.y_val.argmax(1) if table.y_val.ndim > 1 else table.y_val
            return float((predicted.argmax(1) == y).mean())
        case "binary" | "tags":
            told = recipe.plan.output == "linear" and recipe.plan.from_logits
            return float(((predicted > (0 if told else 0.5)) == table.y_val).mean())
        case "two":
            return float(((parts[0].argmax(1) == table.y_val[0]).mean() + _explained(table.y_val[1], parts[1])) / 2)
        case _:
            return _explained(table.y_val, predicted)


def _explained(y: Array, predicted: Array) -> float:
    """The explained share of the variance, at least -1."""
    missed = ((y - predicted) ** 2).sum() / ((y - y.mean(0)) ** 2).sum()
    return max(-1.0, 1 - float(missed))


def _callback(written: dict[str, Any]) -> Any:
    settings = dict(written)
    return getattr(keras.callbacks, settings.pop("class_name"))(**settings)
