"""Drawn pictures: what is in them, how many, where, which way up; and which of them are alike."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops
from sklearn.datasets import load_digits

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]

SIZE = 20
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE].astype("float32")


def disc(row: float, column: float, radius: float) -> Array:
    return np.clip(radius + 0.5 - np.hypot(ROWS - row, COLUMNS - column), 0, 1)


def square(row: float, column: float, radius: float) -> Array:
    return np.clip(radius + 0.5 - np.maximum(np.abs(ROWS - row), np.abs(COLUMNS - column)), 0, 1)


def cross(row: float, column: float, radius: float) -> Array:
    far, near = np.maximum(np.abs(ROWS - row), np.abs(COLUMNS - column)), np.minimum(np.abs(ROWS - row), np.abs(COLUMNS - column))
    return np.clip(radius + 0.5 - far, 0, 1) * np.clip(1.5 - near, 0, 1)


KINDS = (disc, square, cross)


def load_scenes() -> tuple[Part, Part]:
    """Each of three shapes may be there, in any colour: independent labels."""
    rng = np.random.default_rng(0)
    x = rng.normal(0.5, 0.04, (1600, SIZE, SIZE, 3))
    y = (rng.uniform(size=(1600, 3)) < 0.45).astype("float32")
    for picture, present in zip(x, y, strict=True):
        corners = rng.permutation([(5, 5), (5, 14), (14, 5), (14, 14)])
        for kind, there, (row, column) in zip(KINDS, present, corners, strict=False):
            if there:
                colour = np.where(rng.uniform(size=3) < 0.5, -0.4, 0.4)
                shape = kind(row + rng.uniform(-1, 1), column + rng.uniform(-1, 1), rng.uniform(2.5, 4))
                picture += shape[..., None] * colour
    x = np.clip(x, 0, 1).astype("float32")
    return (x[:1200], y[:1200]), (x[1200:], y[1200:])


def build_multilabel() -> keras.Model:
    inputs = keras.Input((SIZE, SIZE, 3))
    x = layers.Rescaling(2.0, offset=-1.0)(inputs)
    for filters in (16, 32, 48):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.MaxPooling2D()(x) if filters < 48 else layers.GlobalMaxPooling2D()(x)
    outputs = layers.Dense(3, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


def load_counts() -> dict[str, Array]:
    """How many discs, one to five?"""
    rng = np.random.default_rng(1)
    y = rng.integers(1, 6, 1600)
    x = rng.normal(0, 0.05, (1600, SIZE, SIZE, 1)).astype("float32")
    grid = [(row, column) for row in (3, 10, 16) for column in (3, 10, 16)]
    for picture, count in zip(x, y, strict=True):
        for place in rng.choice(9, count, replace=False):
            row, column = grid[place]
            picture[..., 0] += disc(row + rng.uniform(-1, 1), column + rng.uniform(-1, 1), rng.uniform(1.2, 1.8))
    y = y.astype("float32")[:, None]
    return {"x_train": x[:1200], "y_train": y[:1200], "x_val": x[1200:], "y_val": y[1200:]}


def build_counter() -> keras.Model:
    inputs = keras.Input((SIZE, SIZE, 1))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(16, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])
    return model


def load_boxes() -> tuple[Any, Any]:
    """One square among noise: its middle and half its side, as shares of the picture."""
    rng = np.random.default_rng(2)
    x = rng.normal(0, 0.1, (1800, SIZE, SIZE, 1)).astype("float32")
    row, column, radius = rng.uniform(4, 15, 1800), rng.uniform(4, 15, 1800), rng.uniform(1.5, 4, 1800)
    for picture, *place in zip(x, row, column, radius, strict=True):
        picture[..., 0] += square(*place)
    y = (np.c_[row, column, 2 * radius] / SIZE).astype("float32")
    train = tf.data.Dataset.from_tensor_slices((x[:1400], y[:1400])).cache().shuffle(1400).batch(32).prefetch(1)
    return train, tf.data.Dataset.from_tensor_slices((x[1400:], y[1400:])).batch(100)


def build_boxes() -> keras.Model:
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1))])
    for filters in (16, 32):
        model.add(layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(3, activation="sigmoid"))
    rate = keras.optimizers.schedules.CosineDecay(3e-3, decay_steps=44 * 20)
    model.compile(keras.optimizers.Adam(rate), loss="mse", metrics=["mae"])
    return model


def load_angles() -> tuple[Part, Part]:
    """A bar's bearing, as cosine and sine of twice its angle."""
    rng = np.random.default_rng(3)
    angle = rng.uniform(0, np.pi, 1500)
    across = (ROWS - 9.5) * np.cos(angle)[:, None, None] - (COLUMNS - 9.5) * np.sin(angle)[:, None, None]
    along = (ROWS - 9.5) * np.sin(angle)[:, None, None] + (COLUMNS - 9.5) * np.cos(angle)[:, None, None]
    x = np.clip(2 - np.abs(across), 0, 1) * np.clip(8 - np.abs(along), 0, 1) + rng.normal(0, 0.1, (1500, SIZE, SIZE))
    y = np.c_[np.cos(2 * angle), np.sin(2 * angle)].astype("float32")
    x = x[..., None].astype("float32")
    return (x[:1200], y[:1200]), (x[1200:], y[1200:])


def build_angles() -> keras.Model:
    """Targets between -1 and 1, hence tanh at the head."""
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1))])
    for filters in (12, 24):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(2, activation="tanh"))
    model.compile(keras.optimizers.Adam(1e-3), loss="mse", metrics=["mae"])
    return model


def load_colours() -> tuple[tuple[dict[str, Array], dict[str, Array]], tuple[dict[str, Array], dict[str, Array]]]:
    """A picture and a table row in, the shape's kind and its weight out."""
    rng = np.random.default_rng(4)
    kind, radius = rng.integers(0, 3, 1600), rng.uniform(2.5, 6, 1600)
    density = rng.choice([0.5, 1.0, 2.0], 1600)
    x = rng.normal(0, 0.08, (1600, SIZE, SIZE, 1)).astype("float32")
    for picture, k, size in zip(x, kind, radius, strict=True):
        picture[..., 0] += KINDS[k](rng.uniform(7, 12), rng.uniform(7, 12), size)
    weight = np.log(density) + 2 * np.log(radius)
    weight = (weight - weight[:1200].mean()) / weight[:1200].std()
    material = keras.utils.to_categorical(np.searchsorted([0.5, 1.0, 2.0], density), 3)
    inputs = {"picture": x, "material": material}
    targets = {"kind": kind, "weight": weight.astype("float32")[:, None]}
    cut = 1200
    return (
        ({name: part[:cut] for name, part in inputs.items()}, {name: part[:cut] for name, part in targets.items()}),
        ({name: part[cut:] for name, part in inputs.items()}, {name: part[cut:] for name, part in targets.items()}),
    )


def build_two_inputs() -> keras.Model:
    picture = keras.Input((SIZE, SIZE, 1), name="picture")
    material = keras.Input((3,), name="material")
    x = picture
    for filters in (16, 32):
        x = layers.MaxPooling2D()(layers.Conv2D(filters, 3, padding="same", activation="relu")(x))
    x = layers.Dense(32, activation="relu")(layers.Flatten()(x))
    kind = layers.Dense(3, activation="softmax", name="kind")(x)
    joined = layers.Concatenate()([x, material])
    weight = layers.Dense(1, name="weight")(layers.Dense(16, activation="relu")(joined))
    model = keras.Model([picture, material], {"kind": kind, "weight": weight})
    model.compile(
        optimizer="adam",
        loss={"kind": "sparse_categorical_crossentropy", "weight": "mse"},
        loss_weights={"kind": 1.0, "weight": 0.5},
        metrics={"kind": ["accuracy"], "weight": ["mae"]},
    )
    return model


def encoder() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu", padding="same"),
            layers.Flatten(),
            layers.Dense(16),
        ],
        name="encoder",
    )


def load_pairs() -> tuple[tuple[tuple[Array, Array], Array], tuple[tuple[Array, Array], Array]]:
    """Pairs of digits, half of them of the same class; validation pairs are of other pictures."""
    rng = np.random.default_rng(5)
    x, label = load_digits(return_X_y=True)
    x = (x.reshape(-1, 8, 8, 1) / 16).astype("float32")
    parts = []
    for first, last, count in ((0, 1300, 4000), (1300, len(x), 800)):
        one = rng.integers(first, last, count)
        same = rng.uniform(size=count) < 0.5
        other = np.empty_like(one)
        for i, (mine, alike) in enumerate(zip(one, same, strict=True)):
            pool = np.flatnonzero((label[first:last] == label[mine]) == alike) + first
            other[i] = rng.choice(pool)
        parts.append(((x[one], x[other]), same.astype("float32")[:, None]))
    return parts[0], parts[1]


def contrastive(y_true: Any, distance: Any) -> Any:
    """Hadsell et al. 2006: alike pairs are pulled together, others pushed beyond a margin of 1."""
    pull = y_true * ops.square(distance)
    push = (1 - y_true) * ops.square(ops.maximum(1.0 - distance, 0.0))
    return ops.mean(pull + push, axis=-1)


def same_by_distance(y_true: Any, distance: Any) -> Any:
    return ops.mean(ops.cast((distance < 0.5) == (y_true > 0.5), "float32"), axis=-1)


class Distance(layers.Layer):
    """Euclidean, of two embeddings."""

    def call(self, inputs: Any) -> Any:
        one, other = inputs
        return ops.sqrt(ops.sum(ops.square(one - other), axis=-1, keepdims=True) + 1e-6)


def build_siamese() -> keras.Model:
    shared = encoder()
    one, other = keras.Input((8, 8, 1), name="one"), keras.Input((8, 8, 1), name="other")
    model = keras.Model([one, other], Distance()([shared(one), shared(other)]))
    model.compile(keras.optimizers.Adam(1e-3), loss=contrastive, metrics=[same_by_distance])
    return model


def load_triplets() -> tuple[Part, Part]:
    x, y = load_digits(return_X_y=True)
    x = (x.reshape(-1, 8, 8, 1) / 16).astype("float32")
    return (x[:1400], y[:1400]), (x[1400:], y[1400:])


def hard_triplets(y_true: Any, embedding: Any) -> Any:
    """For each of the batch the farthest alike against the nearest other (Hermans et al. 2017), with a margin of 0.3."""
    label = ops.reshape(y_true, (-1,))
    distance = 2.0 - 2.0 * ops.matmul(embedding, ops.transpose(embedding))
    alike = ops.cast(label[:, None] == label[None, :], distance.dtype)
    farthest = ops.max(distance * alike, axis=1)
    nearest = ops.min(distance + 4.0 * alike, axis=1)
    return ops.maximum(farthest - nearest + 0.3, 0.0)


def build_triplets() -> keras.Model:
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.UnitNormalization()(encoder()(inputs)))
    model.compile(keras.optimizers.Adam(1e-3), loss=hard_triplets)
    return model


class CosineHead(layers.Layer):
    """Logits are cosines to learned directions of the classes, times a scale of 16."""

    def __init__(self, classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classes = classes

    def build(self, input_shape: Any) -> None:
        self.directions = self.add_weight(shape=(input_shape[-1], self.classes), initializer="glorot_uniform", name="directions")

    def call(self, inputs: Any) -> Any:
        return 16.0 * ops.matmul(ops.normalize(inputs, axis=-1), ops.normalize(self.directions, axis=0))


def build_cosine() -> keras.Model:
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, CosineHead(10)(encoder()(inputs)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss=loss, metrics=["accuracy"])
    return model
