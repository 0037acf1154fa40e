"""Handwritten digits, read row by row like a sequence; far from what such a network can do."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

DIGITS = Path(__file__).parent.parent / "digits" / "digits.npz"
BATCH_SIZE = 64
EPOCHS = 2  # just to see that it runs


def load_data():
    with np.load(DIGITS) as digits:
        train = tf.data.Dataset.from_tensor_slices((digits["x_train"], digits["y_train"]))
        validation = tf.data.Dataset.from_tensor_slices((digits["x_val"], digits["y_val"]))
    return train.shuffle(2000).batch(BATCH_SIZE), validation.batch(360)


def build_model():
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.Rescaling(1 / 16),
            layers.Bidirectional(layers.LSTM(32)),
            layers.Dense(32, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(5e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


if __name__ == "__main__":
    training_set, validation_set = load_data()
    build_model().fit(training_set, validation_data=validation_set, epochs=EPOCHS)
