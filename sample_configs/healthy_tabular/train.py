"""Benign or malignant? A functional model that learns the scale of its inputs before anything else."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

TABLE = Path(__file__).parent.parent / "breast_cancer" / "breast_cancer.csv"
EPOCHS = 40


def read_table():
    rows = np.loadtxt(TABLE, delimiter=",", skiprows=1, dtype="float32")
    rows = np.random.default_rng(7).permutation(rows)
    return rows[:-140, :-1], rows[:-140, -1:], rows[-140:, :-1], rows[-140:, -1:]


def load_data():
    x_train, y_train, x_val, y_val = read_table()
    train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train)).batch(32).prefetch(tf.data.AUTOTUNE)
    return train, tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(140)


def build_model():
    scale = layers.Normalization()
    scale.adapt(read_table()[0])
    measures = keras.Input((30,), name="measures")
    x = layers.Dense(32, activation="relu")(scale(measures))
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(16, activation="relu")(x)
    benign = layers.Dense(1, activation="sigmoid", name="benign")(x)
    model = keras.Model(measures, benign)
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    return model


def make_callbacks():
    return [keras.callbacks.EarlyStopping(monitor="val_loss", patience=10, restore_best_weights=True)]


if __name__ == "__main__":
    train_set, validation_set = load_data()
    build_model().fit(train_set, validation_data=validation_set, epochs=EPOCHS, callbacks=make_callbacks())
