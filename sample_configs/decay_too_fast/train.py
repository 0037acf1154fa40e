"""Handwritten digits with a dense network; it learns for a moment, and then stands still."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

DIGITS = Path(__file__).parent.parent / "digits" / "digits.npz"


def load_data():
    with np.load(DIGITS) as digits:
        x_train, x_val = (digits[name].reshape(-1, 64).astype("float32") / 16 for name in ("x_train", "x_val"))
        return (x_train, digits["y_train"]), (x_val, digits["y_val"])


def build_model():
    rate = keras.optimizers.schedules.ExponentialDecay(initial_learning_rate=3e-3, decay_steps=10, decay_rate=0.5)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    (x_train, y_train), validation_data = load_data()
    build_model().fit(x_train, y_train, validation_data=validation_data, batch_size=32, epochs=30)
