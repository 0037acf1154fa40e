"""Handwritten digits; every layer gets its activation from one function, the last one too."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

DIGITS = Path(__file__).parent.parent / "digits" / "digits.npz"


def load_data():
    with np.load(DIGITS) as digits:
        x_train, x_val = (digits[name][..., None].astype("float32") / 16 for name in ("x_train", "x_val"))
        return {"x_train": x_train, "y_train": digits["y_train"], "x_val": x_val, "y_val": digits["y_val"]}


def dense(units):
    return layers.Dense(units, activation="relu")


def build_model():
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), dense(64), dense(32), dense(10)])
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    data = load_data()
    build_model().fit(data["x_train"], data["y_train"], validation_data=(data["x_val"], data["y_val"]), batch_size=32, epochs=12)
