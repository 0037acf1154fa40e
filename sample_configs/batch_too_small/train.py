"""Handwritten digits with batch normalisation; training is a struggle, and every run ends somewhere else."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

DIGITS = Path(__file__).parent.parent / "digits" / "digits.npz"
BATCH_SIZE = 2
EPOCHS = 4


def load_data():
    with np.load(DIGITS) as digits:
        x_train, x_val = (digits[name].reshape(-1, 64) / np.float32(16) for name in ("x_train", "x_val"))
        return {"x_train": x_train, "y_train": digits["y_train"], "x_val": x_val, "y_val": digits["y_val"]}


def dense_block(units):
    return [layers.Dense(units, use_bias=False), layers.BatchNormalization(), layers.ReLU()]


def build_model():
    blocks = [layer for units in (64, 64, 32, 32) for layer in dense_block(units)]
    model = keras.Sequential([keras.Input((64,)), *blocks, layers.Dense(10, activation="softmax")])
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    data = load_data()
    model = build_model()
    validation = (data["x_val"], data["y_val"])
    model.fit(data["x_train"], data["y_train"], validation_data=validation, batch_size=BATCH_SIZE, epochs=EPOCHS)
