"""Benign or malignant? The network says the same for every tumour."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

TABLE = Path(__file__).parent.parent / "breast_cancer" / "breast_cancer.csv"


def load_data():
    rows = np.loadtxt(TABLE, delimiter=",", skiprows=1, dtype="float32")
    rng = np.random.default_rng(1)
    rng.shuffle(rows)
    x, y = rows[:, :-1], rows[:, -1]
    return {"x_train": x[:430], "y_train": y[:430], "x_val": x[430:], "y_val": y[430:]}


def build_model():
    model = keras.Sequential()
    model.add(keras.Input(shape=(30,)))
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(16, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    data = load_data()
    model = build_model()
    model.fit(data["x_train"], data["y_train"], batch_size=32, epochs=30, validation_data=(data["x_val"], data["y_val"]))
