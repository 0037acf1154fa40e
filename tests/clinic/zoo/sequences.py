"""Signals and token sequences: classes, tags for every step, sums, translation with teacher forcing."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]


def load_waves() -> dict[str, Array]:
    """Sine, square, saw tooth and bump, of any phase, two to four periods, with noise."""
    rng = np.random.default_rng(0)
    n, kind = 1800, rng.integers(0, 4, 1800)
    phase = (np.linspace(0, 1, 64) * rng.uniform(2, 4, (n, 1)) + rng.uniform(size=(n, 1))) % 1.0
    forms = (np.sin(2 * np.pi * phase), np.sign(phase - 0.5), 2 * phase - 1, 2 * np.exp(-(((phase - 0.5) / 0.08) ** 2)) - 0.5)
    x = np.choose(kind[:, None], forms) * rng.uniform(0.7, 1.3, (n, 1)) + rng.normal(0, 0.3, (n, 64))
    x = x[..., None].astype("float32")
    return {"x_train": x[:1400], "y_train": kind[:1400], "x_val": x[1400:], "y_val": kind[1400:]}


def build_waves() -> keras.Model:
    model = keras.Sequential([keras.Input((64, 1))])
    for filters in (16, 32):
        model.add(layers.Conv1D(filters, 5, padding="same", activation="relu"))
        model.add(layers.MaxPooling1D(2))
    model.add(layers.GlobalAveragePooling1D())
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(4, activation="softmax"))
    model.compile(keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_temporal() -> keras.Model:
    """Causal convolutions, each twice as wide as the one before, on a residual path."""
    inputs = keras.Input((64, 1))
    x = layers.Conv1D(24, 1)(inputs)
    for dilation in (1, 2, 4, 8):
        y = layers.Conv1D(24, 3, padding="causal", dilation_rate=dilation, activation="relu")(x)
        x = layers.Add()([x, layers.Conv1D(24, 1, kernel_initializer="zeros")(layers.SpatialDropout1D(0.05)(y))])
    x = layers.GlobalAveragePooling1D()(layers.ReLU()(x))
    model = keras.Model(inputs, layers.Dense(4, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_motion() -> tuple[Any, Any]:
    """Three axes of an accelerometer: lying, walking, running, in one of many directions; as datasets."""
    rng = np.random.default_rng(1)
    n = 1500
    kind = rng.integers(0, 3, n)
    pace = np.choose(kind, (0.3, 1.8, 2.8)) * rng.uniform(0.85, 1.15, n)
    strength = np.choose(kind, (0.08, 0.5, 1.2)) * rng.uniform(0.7, 1.3, n)
    time = np.arange(40) / 20
    beat = np.sin(2 * np.pi * (pace[:, None] * time + rng.uniform(size=(n, 1)))) * strength[:, None]
    direction = rng.normal(size=(n, 3)) * 0.3 + [0.2, 0.4, 0.9]
    x = (beat[..., None] * direction[:, None] + rng.normal(0, 0.25, (n, 40, 3))).astype("float32")
    y = keras.utils.to_categorical(kind, 3)
    train = tf.data.Dataset.from_tensor_slices((x[:1200], y[:1200])).shuffle(1200, seed=1).batch(32)
    return train, tf.data.Dataset.from_tensor_slices((x[1200:], y[1200:])).batch(100)


def build_motion() -> keras.Model:
    inputs = keras.Input((40, 3))
    x = layers.LSTM(24, return_sequences=True)(inputs)
    x = layers.LSTM(24)(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(3e-3), loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def load_sums() -> tuple[Part, Part]:
    """Add the two marked numbers of twenty."""
    rng = np.random.default_rng(2)
    n, length = 4000, 20
    numbers, marks = rng.uniform(-1, 1, (n, length)), np.zeros((n, length))
    for row in marks:
        row[rng.choice(length, 2, replace=False)] = 1
    y = (numbers * marks).sum(1, keepdims=True).astype("float32")
    x = np.stack([numbers, marks], axis=-1).astype("float32")
    return (x[:3400], y[:3400]), (x[3400:], y[3400:])


def build_sums() -> keras.Model:
    model = keras.Sequential([keras.Input((20, 2)), layers.GRU(32), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(5e-3, global_clipnorm=1.0), loss="mse", metrics=["mae"])
    return model


TAGS = ("pad", "determiner", "adjective", "noun", "verb", "adverb")
WORDS = {
    "determiner": range(1, 5),
    "adjective": range(5, 17),
    "noun": range(17, 45),
    "verb": range(37, 60),
    "adverb": range(60, 68),
}


def load_tagged() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Word classes; eight words are nouns or verbs, as their neighbours tell. Padded with 0, and the padding is masked."""
    rng = np.random.default_rng(3)
    x, y = np.zeros((2400, 14), dtype="int32"), np.zeros((2400, 14), dtype="int32")
    for words, tags in zip(x, y, strict=True):
        sentence: list[str] = []
        for _ in range(rng.integers(1, 3)):
            sentence += ["determiner"] + ["adjective"] * int(rng.integers(0, 3)) + ["noun", "verb"]
            sentence += ["adverb"] if rng.uniform() < 0.4 else []
        for place, tag in enumerate(sentence[:14]):
            words[place], tags[place] = rng.choice(WORDS[tag]), TAGS.index(tag)
    return (x[:2000], y[:2000]), (x[2000:], y[2000:])


def build_tagger() -> keras.Model:
    words = keras.Input((14,), dtype="int32")
    x = layers.Embedding(68, 16, mask_zero=True)(words)
    x = layers.Bidirectional(layers.LSTM(16, return_sequences=True))(x)
    tags = layers.TimeDistributed(layers.Dense(len(TAGS), activation="softmax"))(x)
    model = keras.Model(words, tags)
    model.compile(keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


START, SYMBOLS, LENGTH = 11, 12, 6


def load_reversals() -> tuple[tuple[dict[str, Array], Array], tuple[dict[str, Array], Array]]:
    """Sort six digits; the decoder is fed with the truth, one step late."""
    rng = np.random.default_rng(4)
    source = rng.integers(1, 11, (6000, LENGTH)).astype("int32")
    target = np.sort(source, axis=1)
    shifted = np.c_[np.full((6000, 1), START), target[:, :-1]].astype("int32")
    x = {"source": source, "shifted": shifted}
    cut = 5400
    return ({name: part[:cut] for name, part in x.items()}, target[:cut]), (
        {name: part[cut:] for name, part in x.items()},
        target[cut:],
    )


def build_translator() -> keras.Model:
    """Encoder and decoder with attention."""
    source, shifted = keras.Input((LENGTH,), dtype="int32", name="source"), keras.Input((LENGTH,), dtype="int32", name="shifted")
    embed = layers.Embedding(SYMBOLS, 24)
    encoded, state = layers.GRU(48, return_sequences=True, return_state=True)(embed(source))
    decoded = layers.GRU(48, return_sequences=True)(embed(shifted), initial_state=state)
    context = layers.Attention()([decoded, encoded])
    symbols = layers.Dense(SYMBOLS, activation="softmax")(layers.Concatenate()([decoded, context]))
    model = keras.Model({"source": source, "shifted": shifted}, symbols)
    model.compile(keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_pulse() -> tuple[Part, Part]:
    """The running mean of a noisy pulse, at each step: a number for every step."""
    rng = np.random.default_rng(5)
    n, length = 1500, 30
    level = np.cumsum(rng.normal(0, 0.3, (n, length)), axis=1)
    x = level + rng.normal(0, 0.3, (n, length))
    y = np.stack([x[:, max(0, i - 4) : i + 1].mean(1) for i in range(length)], axis=1)
    x, y = x[..., None].astype("float32"), y[..., None].astype("float32")
    return (x[:1200], y[:1200]), (x[1200:], y[1200:])


def build_pulse() -> keras.Model:
    model = keras.Sequential(
        [keras.Input((30, 1)), layers.GRU(24, return_sequences=True), layers.TimeDistributed(layers.Dense(1))]
    )
    model.compile(keras.optimizers.Adam(5e-3), loss="mse", metrics=["mae"])
    return model


def load_films() -> dict[str, Array]:
    """Six frames of a moving dot: which of four ways does it go?"""
    rng = np.random.default_rng(6)
    n, frames, size = 900, 6, 12
    way = rng.integers(0, 4, n)
    step = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])[way]
    start = rng.uniform(4, 8, (n, 2)) - 2.5 * step
    place = start[:, None] + np.arange(frames)[None, :, None] * step[:, None]
    grid = np.moveaxis(np.mgrid[:size, :size], 0, -1)
    distance = ((grid[None, None] - place[:, :, None, None]) ** 2).sum(-1)
    x = (np.exp(-distance / 2) + rng.normal(0, 0.1, distance.shape))[..., None].astype("float32")
    return {"x_train": x[:700], "y_train": way[:700], "x_val": x[700:], "y_val": way[700:]}


def build_films() -> keras.Model:
    """The same small net for every frame, then an LSTM over frames."""
    frame = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
        ]
    )
    film = keras.Input((6, 12, 12, 1))
    x = layers.LSTM(16)(layers.TimeDistributed(frame)(film))
    model = keras.Model(film, layers.Dense(4, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Highway(keras.Model):
    """A subclass that picks what it needs of its states: the last, the mean and the largest."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.states = layers.GRU(24, return_sequences=True)
        self.drop = layers.Dropout(0.2)
        self.head = layers.Dense(classes)

    def call(self, inputs: Any, training: bool = False) -> Any:
        states = self.states(inputs)
        summary = ops.concatenate([states[:, -1], ops.mean(states, axis=1), ops.max(states, axis=1)], axis=-1)
        return self.head(self.drop(summary, training=training))


def build_highway() -> keras.Model:
    model = Highway(4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(5e-3), loss=loss, metrics=["accuracy"])
    return model
