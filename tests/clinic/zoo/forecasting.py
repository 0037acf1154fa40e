"""Series with seasons, trends and noise, and what comes next: one step, many steps, quantiles, several series."""

import csv
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]

CO2 = Path(__file__).parents[3] / "sample_configs" / "mauna_loa_co2" / "co2.csv"
QUANTILES = (0.1, 0.5, 0.9)


def windows(series: Array, past: int, ahead: int, share: float = 0.8) -> tuple[Part, Part]:
    """Windows of the first column's future by all columns' past; train before validation, with no step in both."""
    x = np.lib.stride_tricks.sliding_window_view(series[:-ahead], past, axis=0).swapaxes(1, 2)
    y = np.lib.stride_tricks.sliding_window_view(series[past:, 0], ahead)
    cut = int(len(x) * share)
    later = cut + past + ahead
    return (x[:cut].astype("float32"), y[:cut].astype("float32")), (x[later:].astype("float32"), y[later:].astype("float32"))


def demand(days: int, seed: int) -> Array:
    """Hourly demand of power and the outer temperature: daily and weekly seasons, noise that hangs together; standardised."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24)
    noise = np.zeros(len(hour))
    for i in range(1, len(hour)):
        noise[i] = 0.7 * noise[i - 1] + rng.normal(0, 0.12)
    weather = np.cumsum(rng.normal(0, 0.08, len(hour)))
    weather -= np.convolve(weather, np.ones(240) / 240, mode="same")
    temperature = np.sin((hour - 9) * 2 * np.pi / 24) + weather
    weekend = (hour // 24 % 7 >= 5).astype(float)
    power = np.sin((hour - 7) * 2 * np.pi / 24) + 0.4 * np.sin(hour * 4 * np.pi / 24) - 0.8 * weekend - 0.4 * weather + noise
    series = np.c_[power, temperature, weekend]
    return (series - series.mean(0)) / series.std(0)


def load_demand() -> tuple[Part, Part]:
    """Two days in, the next six hours out."""
    return windows(demand(100, 0), 48, 6)


def build_direct() -> keras.Model:
    """One dense head for all hours."""
    model = keras.Sequential(
        [keras.Input((48, 3)), layers.Flatten(), layers.Dense(48, activation="relu", kernel_regularizer="l2")]
    )
    model.add(layers.Dense(6))
    rate = keras.optimizers.schedules.ExponentialDecay(2e-3, decay_steps=400, decay_rate=0.7)
    model.compile(keras.optimizers.Adam(rate), loss="mse", metrics=["mae"])
    return model


class DemandWindows(keras.utils.PyDataset):
    """Windows drawn as they are needed."""

    def __init__(self, x: Array, y: Array, size: int, *, shuffle: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.x, self.y, self.size, self.shuffle = x, y, size, shuffle
        self.rng = np.random.default_rng(1)
        self.order = np.arange(len(x))
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self.x) // self.size

    def __getitem__(self, index: int) -> Part:
        rows = self.order[index * self.size : (index + 1) * self.size]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self) -> None:
        if self.shuffle:
            self.order = self.rng.permutation(len(self.x))


def load_next_hour() -> tuple[Any, Any]:
    (x, y), (x_val, y_val) = windows(demand(90, 1), 24, 1)
    return DemandWindows(x, y, 32, shuffle=True), DemandWindows(x_val, y_val, 64, shuffle=False)


def build_next_hour() -> keras.Model:
    inputs = keras.Input((24, 3))
    x = layers.LSTM(32, dropout=0.05)(inputs)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(keras.optimizers.Adam(3e-3), loss=keras.losses.Huber(), metrics=["mae"])
    return model


def load_day_ahead() -> tuple[Part, Part]:
    (x, y), (x_val, y_val) = windows(demand(80, 2), 36, 12)
    return (x, y[..., None]), (x_val, y_val[..., None])


def build_day_ahead() -> keras.Model:
    """An encoder's state, repeated for each hour to come."""
    past = keras.Input((36, 3))
    state = layers.GRU(32)(past)
    x = layers.RepeatVector(12)(state)
    x = layers.GRU(32, return_sequences=True)(x)
    model = keras.Model(past, layers.TimeDistributed(layers.Dense(1))(x))
    model.compile(keras.optimizers.Adam(4e-3, clipnorm=1.0), loss="mae", metrics=["mse"])
    return model


def pinball(y_true: Any, y_pred: Any) -> Any:
    over = ops.expand_dims(y_true, -1) - y_pred
    level = ops.convert_to_tensor(QUANTILES, dtype=y_pred.dtype)
    return ops.mean(ops.maximum(level * over, (level - 1) * over), axis=(1, 2))


def build_bands() -> keras.Model:
    """Three quantiles for each of six hours."""
    past = keras.Input((48, 3))
    x = layers.Conv1D(24, 4, activation="relu")(past)
    x = layers.Conv1D(24, 4, strides=2, activation="relu")(x)
    x = layers.Dense(32, activation="relu")(layers.Flatten()(x))
    bands = layers.Reshape((6, 3))(layers.Dense(18)(x))
    model = keras.Model(past, bands)
    model.compile("adam", loss=pinball)
    return model


def load_co2() -> dict[str, Array]:
    """A year and a half of weekly values in, by how much the next eight differ from the last out."""
    with CO2.open(newline="") as file:
        ppm = np.array([float(row["ppm"] or "nan") for row in csv.DictReader(file)])
    missing = np.isnan(ppm)
    ppm[missing] = np.interp(np.flatnonzero(missing), np.flatnonzero(~missing), ppm[~missing])
    (x, y), (x_val, y_val) = windows(ppm[:, None], 78, 8)
    x, x_val, y, y_val = x[..., 0] - x[:, -1], x_val[..., 0] - x_val[:, -1], y - x[:, -1], y_val - x_val[:, -1]
    spread, scale = x.std(), y.std()
    return {"x_train": x / spread, "y_train": y / scale, "x_val": x_val / spread, "y_val": y_val / scale}


class Stack(keras.Model):
    """Blocks that explain a part of the past each, and hand the rest on (Oreshkin et al. 2020)."""

    def __init__(self, past: int, ahead: int, blocks: int = 3) -> None:
        super().__init__()
        self.bodies = [
            keras.Sequential([layers.Dense(48, activation="relu"), layers.Dense(48, activation="relu")]) for _ in range(blocks)
        ]
        self.backcasts = [layers.Dense(past) for _ in range(blocks)]
        self.forecasts = [layers.Dense(ahead) for _ in range(blocks)]

    def call(self, inputs: Any) -> Any:
        rest, total = inputs, 0.0
        for number, body in enumerate(self.bodies):
            x = body(rest)
            total = total + self.forecasts[number](x)
            if number + 1 < len(self.bodies):
                rest = rest - self.backcasts[number](x)
        return total


def build_stack() -> keras.Model:
    model = Stack(78, 8)
    model.compile(keras.optimizers.Adam(1e-3), loss="mse", metrics=["mae"])
    return model


def load_shops() -> tuple[tuple[dict[str, Array], Array], tuple[dict[str, Array], Array]]:
    """Daily sales of twelve shops: counts by shop, weekday, offers and last week's sales."""
    rng = np.random.default_rng(5)
    shops, days = 12, 260
    level, liking = rng.normal(1.2, 0.5, shops), rng.uniform(0.2, 0.7, shops)
    day = np.arange(days)
    offer = (rng.uniform(size=(shops, days)) < 0.2).astype(float)
    season = 0.3 * np.sin(day * 2 * np.pi / 90)
    weekly = np.array([0.0, -0.1, -0.1, 0.0, 0.2, 0.5, 0.3])[day % 7]
    sales = rng.poisson(np.exp(level[:, None] + weekly + season + liking[:, None] * offer)).astype("float32")
    shop, when = np.meshgrid(np.arange(shops), day[7:], indexing="ij")
    past = np.stack([sales[shop, when - lag] for lag in range(1, 8)], axis=-1).reshape(-1, 7)
    x = {
        "shop": shop.reshape(-1, 1).astype("int32"),
        "weekday": (when % 7).reshape(-1, 1).astype("int32"),
        "offer": offer[shop, when].reshape(-1, 1).astype("float32"),
        "past": np.log1p(past).astype("float32"),
    }
    y, early = sales[shop, when].reshape(-1, 1), (when < 210).ravel()
    train, val = ({name: part[rows] for name, part in x.items()} for rows in (early, ~early))
    return (train, y[early]), (val, y[~early])


def build_shops() -> keras.Model:
    """Entities as embeddings; the logarithm of the rate is what is learned."""
    inputs = {
        "shop": keras.Input((1,), dtype="int32", name="shop"),
        "weekday": keras.Input((1,), dtype="int32", name="weekday"),
        "offer": keras.Input((1,), name="offer"),
        "past": keras.Input((7,), name="past"),
    }
    shop = layers.Flatten()(layers.Embedding(12, 4)(inputs["shop"]))
    weekday = layers.Flatten()(layers.Embedding(7, 3)(inputs["weekday"]))
    x = layers.Concatenate()([shop, weekday, inputs["offer"], inputs["past"]])
    x = layers.Dense(32, activation="relu")(x)
    rate = layers.Dense(1, activation="exponential")(x)
    model = keras.Model(inputs, rate)
    model.compile(keras.optimizers.Adam(1e-3), loss=keras.losses.Poisson(), metrics=["mae"])
    return model


def load_sunspots() -> tuple[Any, Any]:
    """A noisy cycle of eleven years, month by month, as Keras' own windows."""
    rng = np.random.default_rng(6)
    month = np.arange(2400)
    height = np.repeat(rng.uniform(0.6, 1.6, 20), 132)[: len(month)]
    series = height * (1 - np.cos(month * 2 * np.pi / 132)) + rng.normal(0, 0.12, len(month))
    series = ((series - series[:1900].mean()) / series[:1900].std()).astype("float32")

    def part(values: Array, *, shuffle: bool) -> Any:
        return keras.utils.timeseries_dataset_from_array(
            values[:-1, None], values[36:], sequence_length=36, batch_size=64, shuffle=shuffle, seed=0
        )

    return part(series[:1900], shuffle=True), part(series[1900:], shuffle=False)


def build_sunspots() -> keras.Model:
    model = keras.Sequential([keras.Input((36, 1)), layers.SimpleRNN(24), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(1e-3), loss="mse", metrics=["mae"])
    return model
