"""A head on a frozen backbone that was trained on other classes before."""

from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

Array: TypeAlias = npt.NDArray[Any]

BACKBONE = Path(__file__).parent / "digits_backbone.npz"


def digits() -> tuple[Array, Array, Array, Array]:
    """1,797 pictures of 8 x 8, values 0 to 16."""
    x, y = load_digits(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x.reshape(-1, 8, 8, 1), y, test_size=0.25, random_state=0, stratify=y)
    return x_train, x_val, y_train, y_val


def backbone() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling2D(),
        ],
        name="backbone",
    )


def load_upper_digits() -> dict[str, Array]:
    """5 to 9: the classes that the backbone has not seen."""
    x_train, x_val, y_train, y_val = digits()
    train, val = y_train >= 5, y_val >= 5
    return {
        "x_train": x_train[train].astype("float32") / 16,
        "y_train": y_train[train] - 5,
        "x_val": x_val[val].astype("float32") / 16,
        "y_val": y_val[val] - 5,
    }


def build_frozen() -> keras.Model:
    """A head on a frozen backbone that was trained on the digits 0 to 4."""
    base = backbone()
    with np.load(BACKBONE) as weights:
        base.set_weights([weights[name] for name in ("first_kernel", "first_bias", "second_kernel", "second_bias")])
    base.trainable = False
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Dense(5, activation="softmax")(base(inputs, training=False)))
    rate = keras.optimizers.schedules.CosineDecay(2e-2, decay_steps=21 * 60)
    model.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def save_backbone() -> None:
    """Trains the backbone on the digits 0 to 4 and writes its weights."""
    keras.utils.set_random_seed(0)
    x_train, _, y_train, _ = digits()
    lower = y_train < 5
    base = backbone()
    model = keras.Sequential([base, layers.Dense(5, activation="softmax")])
    model.compile(keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train[lower].astype("float32") / 16, y_train[lower], epochs=25, verbose=2)
    first, second = base.layers[0], base.layers[2]
    kernels = {"first_kernel": first.kernel.numpy(), "second_kernel": second.kernel.numpy()}
    np.savez_compressed(BACKBONE, **kernels, first_bias=first.bias.numpy(), second_bias=second.bias.numpy())
