"""Benign or malignant? The loss is perfect at once, and the accuracy never moves."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

TABLE = Path(__file__).parent.parent / "breast_cancer" / "breast_cancer.csv"


def load_data():
    rows = np.loadtxt(TABLE, delimiter=",", skiprows=1, dtype="float32")
    rows = np.random.default_rng(3).permutation(rows)
    x, y = rows[:, :-1], rows[:, -1:]
    x_train, x_val = x[:450], x[450:]
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    return ((x_train - mean) / spread, y[:450]), ((x_val - mean) / spread, y[450:])


def build_model():
    model = keras.Sequential(
        [
            keras.Input((30,)),
            layers.Dense(24, activation="relu"),
            layers.Dense(12, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    train, validation = load_data()
    build_model().fit(*train, validation_data=validation, batch_size=16, epochs=25)
