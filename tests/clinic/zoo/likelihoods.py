"""Numbers by the likelihood that belongs to them: counts, spreads, quantiles, durations, branches."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]


def halves(x: Array, y: Array, cut: int) -> tuple[Part, Part]:
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def load_claims() -> tuple[Part, Part]:
    """Claims a year by drivers' age, car and mileage: counts, most of them 0 or 1."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(4000, 5)).astype("float32")
    rate = np.exp(-0.3 + 0.6 * x[:, 0] - 0.4 * x[:, 1] + 0.3 * np.abs(x[:, 2]))
    return halves(x, rng.poisson(rate).astype("float32"), 3000)


def build_poisson() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(24, activation="relu"),
            layers.Dense(24, activation="relu"),
            layers.Dense(1, activation="exponential"),
        ]
    )
    model.compile(keras.optimizers.Adam(1e-3), loss="poisson", metrics=["mae"])
    return model


def load_heteroscedastic() -> tuple[Part, Part]:
    """A curve whose noise grows to the right."""
    rng = np.random.default_rng(3)
    x = rng.uniform(-2, 2, (3000, 1)).astype("float32")
    y = np.sin(2 * x) + rng.normal(size=x.shape) * (0.05 + 0.1 * (x + 2))
    return halves(x, y.astype("float32"), 2400)


def gaussian_nll(y_true: Any, y_pred: Any) -> Any:
    mean, log_variance = ops.split(y_pred, 2, axis=-1)
    return ops.mean(0.5 * (log_variance + (y_true - mean) ** 2 * ops.exp(-log_variance)), axis=-1)


def error_of_mean(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(ops.abs(y_true - y_pred[:, :1]), axis=-1)


def build_gaussian() -> keras.Model:
    """Mean and logarithm of the variance; a likelihood that goes below zero."""
    inputs = keras.Input((1,))
    x = layers.Dense(48, activation="tanh")(inputs)
    x = layers.Dense(48, activation="tanh")(x)
    model = keras.Model(inputs, layers.Dense(2)(x))
    model.compile(keras.optimizers.Adam(3e-3), loss=gaussian_nll, metrics=[error_of_mean])
    return model


QUANTILES = (0.1, 0.5, 0.9)


@keras.saving.register_keras_serializable("zoo")
class Pinball(keras.losses.Loss):
    """The mean pinball loss over the quantiles, one for each unit."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        level = ops.convert_to_tensor(QUANTILES, dtype=y_pred.dtype)
        over = ops.cast(y_true, y_pred.dtype) - y_pred
        return ops.mean(ops.maximum(level * over, (level - 1) * over), axis=-1)


def build_quantiles() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(48, activation="relu"),
            layers.Dense(48, activation="relu"),
            layers.Dense(len(QUANTILES)),
        ]
    )
    model.compile(keras.optimizers.Adam(3e-3), loss=Pinball())
    return model


def load_durations() -> tuple[Any, Any]:
    """How long a repair takes, in days: positive, skewed; as datasets."""
    rng = np.random.default_rng(8)
    x = rng.uniform(-1.7, 1.7, (2500, 5)).astype("float32")
    days = np.exp(0.5 + 0.5 * x[:, 0] - 0.4 * x[:, 1] + 0.3 * x[:, 2] * x[:, 3] + rng.normal(0, 0.15, 2500))
    y = days[:, None].astype("float32")
    train = tf.data.Dataset.from_tensor_slices((x[:2000], y[:2000])).shuffle(2000).batch(32, drop_remainder=True).prefetch(1)
    return train, tf.data.Dataset.from_tensor_slices((x[2000:], y[2000:])).batch(250)


def build_durations() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(48, activation="relu"),
            layers.Dense(48, activation="relu"),
            layers.Dense(1, activation="softplus"),
        ]
    )
    model.compile(keras.optimizers.Adam(2e-3), loss="mean_squared_logarithmic_error", metrics=["mape"])
    return model


def gamma_nll(y_true: Any, y_pred: Any) -> Any:
    """Of the gamma distribution with the predicted mean, but for what does not depend on it."""
    return ops.mean(ops.log(y_pred) + y_true / y_pred, axis=-1)


def build_gamma() -> keras.Model:
    inputs = keras.Input((5,))
    x = layers.Dense(32, activation="gelu")(inputs)
    x = layers.Dense(32, activation="gelu")(x)
    mean = layers.Dense(1, activation=ops.exp, name="mean")(x)
    model = keras.Model(inputs, mean)
    model.compile(keras.optimizers.Adam(2e-3), loss=gamma_nll, metrics=["mape"])
    return model


def mixture_nll(y_true: Any, y_pred: Any) -> Any:
    """Of a mixture of two normal distributions: weights' logits, means, logarithms of deviations."""
    logits, means, log_deviations = ops.split(y_pred, 3, axis=-1)
    parts = -0.5 * ((y_true - means) * ops.exp(-log_deviations)) ** 2 - log_deviations - 0.919
    return -ops.logsumexp(ops.log_softmax(logits, axis=-1) + parts, axis=-1)


def load_branches() -> tuple[Part, Part]:
    """An inverse problem: to each x two values of y."""
    rng = np.random.default_rng(11)
    x = rng.uniform(-1, 1, (2500, 1)).astype("float32")
    side = rng.choice([-1.0, 1.0], x.shape)
    y = side * (0.8 + 0.6 * np.sin(2 * x)) + rng.normal(0, 0.1, x.shape)
    return halves(x, y.astype("float32"), 2000)


def build_mixture() -> keras.Model:
    model = keras.Sequential(
        [keras.Input((1,)), layers.Dense(32, activation="tanh"), layers.Dense(32, activation="tanh"), layers.Dense(6)]
    )
    model.compile(keras.optimizers.Adam(5e-3), loss=mixture_nll)
    return model
