"""Trains a model of the zoo by plain Keras, without anything of the doctor's."""

import importlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from tests.clinic.zoo.index import Inmate


@dataclass(frozen=True, slots=True)
class Score:
    """What a training ended with.

    Attributes:
        metric: The metric of the usual score.
        value: After the last epoch.
        three_quarters: After three quarters of the epochs: how much was still to come.
        epochs: Epochs trained; fewer than the recipe's where it stopped early.
        seconds: Of `fit`.
        seed: Keras' global seed.
    """

    metric: str
    value: float
    three_quarters: float
    epochs: int
    seconds: float
    seed: int


def train(inmate: Inmate, seed: int) -> Score:
    """Builds, fits by the recipe, and reads the history.

    Args:
        inmate: Whom to train.
        seed: Keras' global seed.
    """
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    module = importlib.import_module(f"tests.clinic.zoo.{inmate.family}")
    x, y, weight, validation = _parts(getattr(module, inmate.data)())
    model = getattr(module, inmate.model)()
    fit = dict(inmate.fit)
    if "callbacks" in fit:
        wanted = getattr(module, fit["callbacks"])()
        fit["callbacks"] = [each for each in wanted if not isinstance(each, keras.callbacks.ModelCheckpoint)]
    started = time.monotonic()
    history = model.fit(x, y, sample_weight=weight, validation_data=validation, verbose=0, **fit).history
    curve: Sequence[float] = history[inmate.usual.metric]
    seconds = round(time.monotonic() - started, 1)
    earlier = curve[max(0, len(curve) * 3 // 4 - 1)]
    return Score(inmate.usual.metric, round(float(curve[-1]), 5), round(float(earlier), 5), len(curve), seconds, seed)


def _parts(data: Any) -> tuple[Any, Any, Any, Any]:
    """x, y, sample weights and validation data, of any form that a config's data factory may return."""
    if isinstance(data, dict) and "x_train" in data:
        return data["x_train"], data["y_train"], data.get("sample_weight"), (data["x_val"], data["y_val"])
    if isinstance(data, dict):
        return data["train"], None, None, data["validation"]
    if isinstance(data, (tf.data.Dataset, keras.utils.PyDataset)):
        return data, None, None, None
    train, validation = data
    if isinstance(train, (tf.data.Dataset, keras.utils.PyDataset)):
        return train, None, None, validation
    x, y, *weight = train
    return x, y, weight[0] if weight else None, validation
