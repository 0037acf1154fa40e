"""A value for every pixel or step: masks, classes, heat maps, depths."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]

SIZE = 16
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE]


def scenes(count: int, seed: int) -> tuple[Array, Array]:
    """A disc and a box on a shaded ground, with noise; 0 is the ground, 1 the disc, 2 the box."""
    rng = np.random.default_rng(seed)
    classes = np.zeros((count, SIZE, SIZE), dtype="int32")
    x = np.empty((count, SIZE, SIZE, 1), dtype="float32")
    for picture, labels in zip(x, classes, strict=True):
        row, column, radius = rng.uniform(4, 12), rng.uniform(4, 12), rng.uniform(2, 4)
        top, left, height, width = rng.integers(1, 10), rng.integers(1, 10), rng.integers(3, 6), rng.integers(3, 6)
        labels[top : top + height, left : left + width] = 2
        labels[np.hypot(ROWS - row, COLUMNS - column) < radius] = 1
        shade = 0.3 + 0.02 * (ROWS - 8) * rng.uniform(-1, 1)
        picture[..., 0] = shade + np.choose(labels, (0.0, 0.5, -0.4)) + rng.normal(0, 0.12, (SIZE, SIZE))
    return x, classes


def load_masks() -> tuple[Part, Part]:
    """Thing or ground?"""
    x, classes = scenes(900, 0)
    y = (classes > 0).astype("float32")[..., None]
    return (x[:700], y[:700]), (x[700:], y[700:])


def unet(head: Any, filters: int = 12) -> keras.Model:
    inputs = keras.Input((SIZE, SIZE, 1))
    skips, x = [], inputs
    for scale in (1, 2):
        x = layers.Conv2D(filters * scale, 3, padding="same", activation="relu")(x)
        x = layers.Conv2D(filters * scale, 3, padding="same", activation="relu")(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(filters * 4, 3, padding="same", activation="relu")(x)
    for scale in (2, 1):
        x = layers.Conv2DTranspose(filters * scale, 2, strides=2)(x)
        x = layers.Concatenate()([skips.pop(), x])
        x = layers.Conv2D(filters * scale, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, head(x))


def build_masks() -> keras.Model:
    model = unet(layers.Conv2D(1, 1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(4e-3), loss="binary_crossentropy", metrics=[keras.metrics.BinaryIoU(name="iou")])
    return model


def dice_and_entropy(y_true: Any, y_pred: Any) -> Any:
    """The overlap of whole masks, and the cross-entropy of pixels."""
    entropy = ops.mean(ops.binary_crossentropy(y_true, y_pred), axis=(1, 2, 3))
    both = ops.sum(y_true * y_pred, axis=(1, 2, 3))
    either = ops.sum(y_true, axis=(1, 2, 3)) + ops.sum(y_pred, axis=(1, 2, 3))
    return entropy + 1 - (2 * both + 1) / (either + 1)


def build_dice() -> keras.Model:
    model = unet(layers.Conv2D(1, 1, activation="sigmoid"), filters=8)
    model.compile(keras.optimizers.Adam(4e-3), loss=dice_and_entropy, metrics=[keras.metrics.BinaryIoU(name="iou")])
    return model


def load_classes() -> tuple[Any, Any]:
    x, classes = scenes(900, 1)
    data = tf.data.Dataset.from_tensor_slices((x, classes))
    return data.take(700).shuffle(700).batch(16).prefetch(1), data.skip(700).batch(50)


def build_classes() -> keras.Model:
    model = unet(layers.Conv2D(3, 1, activation="softmax"))
    iou = keras.metrics.MeanIoU(3, sparse_y_pred=False, name="iou")
    model.compile(keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy", iou])
    return model


def build_dilated() -> keras.Model:
    """No pooling: ever wider kernels at full size, normalised; logits out."""
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1))])
    for dilation in (1, 2, 4):
        model.add(layers.Conv2D(20, 3, padding="same", dilation_rate=dilation, use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.Conv2D(3, 1))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss=loss, metrics=["accuracy"])
    return model


def load_weighted_pixels() -> tuple[tuple[Array, Array, Array], tuple[Array, Array]]:
    """One-hot classes; pixels of the rarer ones weigh more."""
    x, classes = scenes(900, 2)
    weight = np.array([0.6, 1.6, 1.6], dtype="float32")[classes]
    y = keras.utils.to_categorical(classes, 3)
    return (x[:700], y[:700], weight[:700]), (x[700:], y[700:])


def build_weighted_pixels() -> keras.Model:
    model = unet(layers.Conv2D(3, 1, activation="softmax"), filters=8)
    model.compile(keras.optimizers.Adam(2e-3), loss="categorical_crossentropy", weighted_metrics=["accuracy"])
    return model


def load_keypoints() -> dict[str, Array]:
    """Where are the ends of a stroke? A heat map for each."""
    rng = np.random.default_rng(3)
    count = 900
    start, angle, length = rng.uniform(4, 11, (count, 2)), rng.uniform(-0.8, 0.8, count), rng.uniform(4, 7, count)
    end = start + np.c_[np.sin(angle), np.cos(angle)] * length[:, None]
    end = np.clip(end, 1, 14)
    share = np.linspace(0, 1, 24)[None, :, None]
    trace = start[:, None] * (1 - share) + end[:, None] * share
    grid = np.stack([ROWS, COLUMNS], axis=-1)
    near = ((grid[None, None] - trace[:, :, None, None]) ** 2).sum(-1).min(1)
    x = (np.exp(-near / 0.6) + rng.normal(0, 0.08, near.shape))[..., None].astype("float32")
    ends = np.stack([start, end], axis=1)
    y = np.exp(-((grid[None, None] - ends[:, :, None, None]) ** 2).sum(-1) / 3.0).transpose(0, 2, 3, 1).astype("float32")
    return {"x_train": x[:700], "y_train": y[:700], "x_val": x[700:], "y_val": y[700:]}


def build_keypoints() -> keras.Model:
    model = unet(layers.Conv2D(2, 1), filters=12)
    model.compile(keras.optimizers.Adam(2e-3), loss="mse", metrics=["mae"])
    return model


def load_heights() -> tuple[Part, Part]:
    """The height of hills from how their slopes are lit: a number for every pixel."""
    rng = np.random.default_rng(4)
    count = 900
    place, wide, high = rng.uniform(2, 14, (count, 2, 2)), rng.uniform(2, 4, (count, 2)), rng.uniform(0.5, 1.5, (count, 2))
    squared = (ROWS - place[:, :, :1, None]) ** 2 + (COLUMNS - place[:, :, 1:, None]) ** 2
    hills = (high[:, :, None, None] * np.exp(-squared / (2 * wide[:, :, None, None] ** 2))).sum(1)
    down, right = np.gradient(hills, axis=(1, 2))
    light = np.stack([down, right], axis=-1) * 4 + rng.normal(0, 0.1, (count, SIZE, SIZE, 2))
    y = (hills - hills[:700].mean()) / hills[:700].std()
    x, y = light.astype("float32"), y[..., None].astype("float32")
    return (x[:700], y[:700]), (x[700:], y[700:])


def build_heights() -> keras.Model:
    light = keras.Input((SIZE, SIZE, 2))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(light)
    skip = x
    x = layers.Conv2D(24, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.UpSampling2D(4, interpolation="bilinear")(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(layers.Concatenate()([skip, x]))
    model = keras.Model(light, layers.Conv2D(1, 1)(x))
    model.compile(keras.optimizers.Adam(3e-3), loss="mae", metrics=["mse"])
    return model


def load_beats() -> tuple[Part, Part]:
    """Which steps of a signal belong to a beat? A label for every step."""
    rng = np.random.default_rng(5)
    count, length = 1200, 80
    x, y = rng.normal(0, 0.15, (count, length)), np.zeros((count, length))
    for signal, labels in zip(x, y, strict=True):
        place = rng.integers(3, 15)
        while place < length - 8:
            wide = rng.integers(5, 9)
            signal[place : place + wide] += np.sin(np.linspace(0, np.pi, wide)) * rng.uniform(0.8, 1.5)
            labels[place : place + wide] = 1
            place += rng.integers(14, 26)
        signal += 0.3 * np.sin(np.arange(length) / rng.uniform(8, 15) + rng.uniform(0, 6))
    x, y = x[..., None].astype("float32"), y[..., None].astype("float32")
    return (x[:900], y[:900]), (x[900:], y[900:])


def build_beats() -> keras.Model:
    model = keras.Sequential([keras.Input((80, 1))])
    for filters, dilation in ((16, 1), (24, 2), (24, 4)):
        model.add(layers.Conv1D(filters, 5, padding="same", dilation_rate=dilation, activation="relu"))
    model.add(layers.Conv1D(1, 1))
    accuracy = keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)
    model.compile(keras.optimizers.Adam(2e-3), loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[accuracy])
    return model
