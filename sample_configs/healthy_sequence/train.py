"""Carbon dioxide in the air: by how much will it change within the next 13 weeks?"""

import csv
from pathlib import Path

import keras
import numpy as np
from keras import layers

SERIES = Path(__file__).parent.parent / "mauna_loa_co2" / "co2.csv"
WEEKS, AHEAD = 13, 13


def read_series():
    with SERIES.open(newline="") as file:
        ppm = np.array([float(row["ppm"] or "nan") for row in csv.DictReader(file)], dtype="float32")
    missing = np.isnan(ppm)
    ppm[missing] = np.interp(np.flatnonzero(missing), np.flatnonzero(~missing), ppm[~missing])
    return ppm


def load_data():
    ppm = read_series()
    windows = np.lib.stride_tricks.sliding_window_view(ppm, WEEKS + AHEAD)
    now = windows[:, WEEKS - 1 : WEEKS]
    x, y = (windows[:, :WEEKS] - now)[..., None], windows[:, -1:] - now
    cut = len(x) * 4 // 5  # train on the past, validate on the future, with no week in both
    spread = x[:cut].std()
    return (x[:cut] / spread, y[:cut]), (x[cut + WEEKS + AHEAD :] / spread, y[cut + WEEKS + AHEAD :])


def build_model():
    weeks = keras.Input((WEEKS, 1))
    x = layers.GRU(24)(weeks)
    x = layers.Dense(16, activation="tanh")(x)
    change = layers.Dense(1)(x)
    model = keras.Model(weeks, change)
    model.compile(optimizer=keras.optimizers.Adam(3e-3, clipnorm=1.0), loss=keras.losses.Huber(), metrics=["mae"])
    return model


def make_callbacks():
    return [
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=5),
        keras.callbacks.TerminateOnNaN(),
    ]


if __name__ == "__main__":
    training, validation = load_data()
    build_model().fit(*training, validation_data=validation, batch_size=64, epochs=20, callbacks=make_callbacks())
