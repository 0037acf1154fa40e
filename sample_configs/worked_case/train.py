"""A deep convolutional network that should take the logarithm of what it sees, and does not learn to."""

import keras
import numpy as np
from keras import layers


def load_data():
    rng = np.random.default_rng(0)
    magnitudes = rng.uniform(0.0, 8.146, (96, 12, 12, 3))  # 1 to 140,000,000
    x = (10**magnitudes).astype("float32")
    y = 100 * magnitudes.mean(axis=-1, keepdims=True)
    y = (y - y.mean()).astype("float32")
    return (x[:64], y[:64]), (x[64:], y[64:])


def build_model():
    start = keras.initializers.RandomNormal(stddev=0.5)
    inputs = keras.Input((12, 12, 3))
    x = inputs
    for _ in range(10):
        x = layers.Conv2D(24, 3, padding="same", kernel_initializer=start.clone())(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    outputs = layers.Conv2D(1, 1, kernel_initializer=start.clone())(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
    return model


if __name__ == "__main__":
    (x_train, y_train), validation = load_data()
    build_model().fit(x_train, y_train, validation_data=validation, batch_size=8, epochs=25)
