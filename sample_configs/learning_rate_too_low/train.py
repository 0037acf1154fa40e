"""Handwritten digits with a small residual network; the loss goes down a little every epoch, and never gets anywhere."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

DIGITS = Path(__file__).parent.parent / "digits" / "digits.npz"
LEARNING_RATE = 1e-5


def load_data():
    digits = np.load(DIGITS)
    x_train, x_val = (digits[name][..., np.newaxis] / np.float32(16) for name in ("x_train", "x_val"))
    return (x_train, digits["y_train"]), (x_val, digits["y_val"])


def residual_block(x, filters):
    shortcut = layers.Conv2D(filters, 1, padding="same")(x)
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return layers.Activation("relu")(layers.Add()([x, shortcut]))


def build_model():
    pixels = keras.Input((8, 8, 1))
    x = residual_block(pixels, 8)
    x = layers.MaxPooling2D()(x)
    x = residual_block(x, 16)
    x = layers.Flatten()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = keras.Model(pixels, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=LEARNING_RATE),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


if __name__ == "__main__":
    (x, y), validation = load_data()
    build_model().fit(x, y, validation_data=validation, batch_size=32, epochs=10)
