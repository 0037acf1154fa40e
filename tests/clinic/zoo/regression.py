"""Tables with numbers to predict: plain, robust and log targets, counts, likelihoods, quantiles, weights."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, regularizers
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]


def halves(x: Array, y: Array, cut: int) -> tuple[Part, Part]:
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def load_progression() -> dict[str, Array]:
    """Diabetes after a year; rows and target standardised."""
    x, y = load_diabetes(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.25, random_state=0)
    mean, spread = x_train.mean(0), x_train.std(0)
    level, scale = y_train.mean(), y_train.std()
    return {
        "x_train": ((x_train - mean) / spread).astype("float32"),
        "y_train": ((y_train - level) / scale).astype("float32"),
        "x_val": ((x_val - mean) / spread).astype("float32"),
        "y_val": ((y_val - level) / scale).astype("float32"),
    }


def build_ridge() -> keras.Model:
    """Ridge regression, as Keras' smallest model."""
    model = keras.Sequential([keras.Input((10,)), layers.Dense(1, kernel_regularizer=regularizers.L2(1e-2))])
    model.compile(keras.optimizers.Adam(1e-2), loss="mse", metrics=[keras.metrics.R2Score()])
    return model


def build_progression() -> keras.Model:
    inputs = keras.Input((10,))
    x = layers.Dense(16, activation="relu", kernel_regularizer=regularizers.L2(1e-2))(inputs)
    outputs = layers.Dense(1)(layers.Dropout(0.2)(x))
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss="mse", metrics=["mae", keras.metrics.R2Score()])
    return model


def stop_early() -> list[Any]:
    return [keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)]


def houses() -> tuple[dict[str, Array], Array]:
    """Logarithms of prices, about their mean; a district's name, and measures in their own units."""
    rng = np.random.default_rng(1)
    n = 2500
    names = np.array(["harbour", "mill", "castle", "station", "meadow", "old town"])
    district = rng.integers(0, 6, n)
    area, age, rooms = rng.gamma(9, 12, n), rng.uniform(0, 120, n), rng.integers(1, 8, n)
    worth = np.array([0.35, -0.2, 0.5, -0.3, 0.0, 0.2])[district]
    price = 9.2 + 0.75 * np.log(area) + worth - 0.004 * age + 0.02 * rooms + rng.normal(0, 0.08, n)
    x = {"district": names[district][:, None], "measures": np.c_[area, age, rooms].astype("float32")}
    return x, (price - price[:2000].mean()).astype("float32")


def load_houses() -> tuple[Any, Any]:
    data = tf.data.Dataset.from_tensor_slices(houses())
    return data.take(2000).shuffle(2000).batch(32).prefetch(1), data.skip(2000).batch(100)


def build_houses() -> keras.Model:
    x, _ = houses()
    lookup = layers.StringLookup(vocabulary=sorted(set(x["district"].ravel().tolist())))
    scale = layers.Normalization()
    scale.adapt(x["measures"][:2000])
    district = keras.Input((1,), dtype="string", name="district")
    measures = keras.Input((3,), name="measures")
    place = layers.Flatten()(layers.Embedding(lookup.vocabulary_size(), 4)(lookup(district)))
    joined = layers.Concatenate()([place, scale(measures)])
    joined = layers.Dense(32, activation="relu")(joined)
    joined = layers.Dense(16, activation="relu")(joined)
    model = keras.Model({"district": district, "measures": measures}, layers.Dense(1)(joined))
    model.compile(keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])
    return model


def falling_rate() -> list[Any]:
    return [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=4, min_lr=1e-5)]


def load_weighted() -> tuple[tuple[Array, Array, Array], tuple[Array, Array]]:
    """Two instruments, one of them four times as noisy: weights by the inverse variance."""
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, (2500, 4)).astype("float32")
    truth = np.sin(3 * x[:, 0]) + x[:, 1] ** 2 - x[:, 2] * x[:, 3]
    noise = np.where(rng.uniform(size=2500) < 0.5, 0.1, 0.4)
    y = (truth + rng.normal(size=2500) * noise)[:, None].astype("float32")
    weight = 1 / noise**2
    weight = (weight / weight.mean()).astype("float32")
    return (x[:2000], y[:2000], weight[:2000]), (x[2000:], truth[2000:, None].astype("float32"))


def build_weighted() -> keras.Model:
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(2e-3), loss="mse", weighted_metrics=["mae"])
    return model


def load_outliers() -> tuple[Part, Part]:
    """One reading in twenty is off by far; the loss is robust against it."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(2500, 6)).astype("float32")
    y = x[:, 0] + np.tanh(2 * x[:, 1]) - 0.7 * x[:, 2] * x[:, 3]
    y = (y + rng.normal(0, 0.1, 2500)) / 1.5
    y[:2000] += (rng.uniform(size=2000) < 0.05) * rng.normal(0, 4, 2000)
    return halves(x, y[:, None].astype("float32"), 2000)


def build_robust() -> keras.Model:
    inputs = keras.Input((6,))
    x = inputs
    for units in (64, 32):
        x = layers.Dense(units)(x)
        x = layers.LeakyReLU(0.1)(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(keras.optimizers.Adam(2e-3), loss=keras.losses.Huber(delta=0.5), metrics=["mae"])
    return model


def load_filling() -> tuple[Part, Part]:
    """How full a store is, from 0 to 1."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(2400, 4)).astype("float32")
    level = 1 / (1 + np.exp(-(x[:, 0] + x[:, 1] * x[:, 2] + rng.normal(0, 0.2, 2400))))
    return halves(x, level[:, None].astype("float32"), 1800)


def build_filling() -> keras.Model:
    """A share is predicted by a sigmoid under the binary cross-entropy, whose least value is then not 0."""
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["mae"])
    return model


def build_filling_mse() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(64, activation="elu"),
            layers.Dense(32, activation="elu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Nadam(2e-3), loss="mse", metrics=["mae"])
    return model


def load_plant() -> tuple[tuple[Array, dict[str, Array]], tuple[Array, dict[str, Array]]]:
    """Two targets of one plant: its yield, and whether it was ill."""
    rng = np.random.default_rng(10)
    x = rng.normal(size=(2600, 7)).astype("float32")
    harvest = np.sin(x[:, 0]) + 0.5 * x[:, 1] - 0.5 * x[:, 2] ** 2 + rng.normal(0, 0.15, 2600)
    harvest = (harvest - harvest.mean()) / harvest.std()
    ill = (x[:, 2] + x[:, 3] * x[:, 4] + rng.normal(0, 0.3, 2600) > 0.3).astype("float32")
    y = {"harvest": harvest.astype("float32"), "ill": ill}
    first, second = slice(0, 2000), slice(2000, 2600)
    return (x[first], {name: part[first] for name, part in y.items()}), (
        x[second],
        {name: part[second] for name, part in y.items()},
    )


def build_plant() -> keras.Model:
    inputs = keras.Input((7,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(32, activation="relu")(x)
    harvest = layers.Dense(1, name="harvest")(x)
    ill = layers.Dense(1, activation="sigmoid", name="ill")(x)
    model = keras.Model(inputs, {"harvest": harvest, "ill": ill})
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss={"harvest": "mse", "ill": "binary_crossentropy"},
        metrics={"harvest": ["mae"], "ill": ["accuracy"]},
    )
    return model


class ResidualBlock(layers.Layer):
    """Pre-activation block whose last map starts at zero, so that the net starts as a shallow one."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.norm = layers.LayerNormalization()
        self.first = layers.Dense(units, activation="relu")
        self.second = layers.Dense(units, kernel_initializer="zeros")

    def build(self, input_shape: Any) -> None:
        self.norm.build(input_shape)
        self.first.build(input_shape)
        self.second.build((*input_shape[:-1], self.units))

    def call(self, inputs: Any) -> Any:
        return inputs + self.second(self.first(self.norm(inputs)))


def build_residual() -> keras.Model:
    inputs = keras.Input((6,))
    x = layers.Dense(32)(inputs)
    for _ in range(3):
        x = ResidualBlock(32)(x)
    model = keras.Model(inputs, layers.Dense(1)(layers.LayerNormalization()(x)))
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, decay_steps=63 * 25)), loss="mae", metrics=["mae"]
    )
    return model


def build_self_normalising() -> keras.Model:
    """SELU, LeCun's initialisation and alpha dropout, as they belong together."""
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    model = keras.Sequential([keras.Input((7,))])
    for units in (64, 32):
        model.add(layers.Dense(units, **selu))
    model.add(layers.AlphaDropout(0.05))
    model.add(layers.Dense(1, kernel_initializer="lecun_normal"))
    model.compile(keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])
    return model


def load_harvest() -> tuple[Part, Part]:
    (x, y), (x_val, y_val) = load_plant()
    return (x, y["harvest"][:, None]), (x_val, y_val["harvest"][:, None])
