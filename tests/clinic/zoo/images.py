"""Handwritten digits, read by convolutional nets of many kinds and by a few that are none."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, regularizers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]


def digits() -> tuple[Array, Array, Array, Array]:
    """1,797 pictures of 8 x 8, values 0 to 16."""
    x, y = load_digits(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x.reshape(-1, 8, 8, 1), y, test_size=0.25, random_state=0, stratify=y)
    return x_train, x_val, y_train, y_val


def load_flat() -> tuple[Part, Part]:
    x_train, x_val, y_train, y_val = digits()
    return (x_train.reshape(-1, 64) / 16, y_train), (x_val.reshape(-1, 64) / 16, y_val)


def build_mlp() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_pictures() -> dict[str, Array]:
    x_train, x_val, y_train, y_val = digits()
    return {"x_train": x_train.astype("float32") / 16, "y_train": y_train, "x_val": x_val.astype("float32") / 16, "y_val": y_val}


def build_cnn() -> keras.Model:
    """Batch normalisation, no biases before it, SGD with momentum and a cosine."""
    model = keras.Sequential([keras.Input((8, 8, 1))])
    for filters in (16, 32):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    rate = keras.optimizers.schedules.CosineDecay(0.05, decay_steps=43 * 15)
    model.compile(
        keras.optimizers.SGD(rate, momentum=0.9, weight_decay=5e-4),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def load_bytes() -> tuple[Any, Any]:
    """Pictures as cameras give them: bytes from 0 to 255, in a dataset."""
    x_train, x_val, y_train, y_val = digits()
    x_train, x_val = ((x * 15.9375).astype("uint8") for x in (x_train, x_val))
    train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(2000, seed=1).batch(32).prefetch(tf.data.AUTOTUNE)
    return train, tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(64)


def build_rescaling_cnn() -> keras.Model:
    """Bytes are scaled inside the model."""
    inputs = keras.Input((8, 8, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    x = layers.Conv2D(16, 3, activation="relu", padding="same")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(32, 3, activation="relu", padding="same")(x)
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    x = layers.Dense(32, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def residual(x: Any, filters: int, stride: int) -> Any:
    """Two convolutions; the last scale starts at zero; a projection where the shape changes."""
    branch = layers.Conv2D(filters, 3, stride, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    branch = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(branch))
    branch = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(branch)
    branch = layers.BatchNormalization(momentum=0.9, gamma_initializer="zeros")(branch)
    if stride > 1 or x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, stride, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(layers.Add()([x, branch]))


def build_resnet() -> keras.Model:
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(inputs)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = residual(x, 16, 1)
    x = residual(x, 32, 2)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile(keras.optimizers.AdamW(2e-3, weight_decay=1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_depthwise() -> keras.Model:
    """Depthwise and pointwise convolutions, in the manner of mobile nets."""
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(24, 3, padding="same", activation="relu")(inputs)
    for filters, stride in ((32, 2), (48, 1)):
        x = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Conv2D(filters, 1, use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_one_hot() -> tuple[Part, Part]:
    x_train, x_val, y_train, y_val = digits()
    one_hot = keras.utils.to_categorical
    return (x_train.astype("float32") / 16, one_hot(y_train, 10)), (x_val.astype("float32") / 16, one_hot(y_val, 10))


def build_augmented() -> keras.Model:
    """Augmentation inside the model, smoothed labels."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
            layers.RandomRotation(0.03, fill_mode="constant"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(10, activation="softmax"),
        ]
    )
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(keras.optimizers.Adam(2e-3), loss=loss, metrics=["accuracy"])
    return model


class PatchTransformer(keras.Model):
    """Patches of 2 x 2 with learned places, two blocks of attention, written as a subclass."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = layers.Conv2D(32, 2, strides=2)
        self.flatten = layers.Reshape((16, 32))
        self.places = layers.Embedding(16, 32)
        self.attentions = [layers.MultiHeadAttention(4, 8) for _ in range(2)]
        self.widen = [layers.Dense(64, activation="gelu") for _ in range(2)]
        self.narrow = [layers.Dense(32) for _ in range(2)]
        self.norms = [layers.LayerNormalization() for _ in range(5)]
        self.pool = layers.GlobalAveragePooling1D()
        self.head = layers.Dense(10)

    def call(self, inputs: Any) -> Any:
        x = self.flatten(self.patches(inputs)) + self.places(keras.ops.arange(16))
        for i in range(2):
            y = self.norms[2 * i](x)
            x = x + self.attentions[i](y, y)
            x = x + self.narrow[i](self.widen[i](self.norms[2 * i + 1](x)))
        return self.head(self.pool(self.norms[4](x)))


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """Linear to the peak, then as the inverse square root of the step."""

    def __init__(self, peak: float, steps: int) -> None:
        self.peak, self.steps = peak, steps

    def __call__(self, step: Any) -> Any:
        step = keras.ops.cast(step, "float32") + 1.0
        return self.peak * keras.ops.minimum(step / self.steps, keras.ops.sqrt(self.steps / step))

    def get_config(self) -> dict[str, Any]:
        return {"peak": self.peak, "steps": self.steps}


def build_transformer() -> keras.Model:
    model = PatchTransformer()
    model.compile(
        keras.optimizers.AdamW(WarmUp(3e-3, 100), weight_decay=1e-3, clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def build_mixer() -> keras.Model:
    """Mixes patches, then channels: the Permute layers are meant."""
    inputs = keras.Input((8, 8, 1))
    x = layers.Reshape((16, 32))(layers.Conv2D(32, 2, strides=2)(inputs))
    for _ in range(2):
        y = layers.Permute((2, 1))(layers.LayerNormalization()(x))
        y = layers.Dense(16)(layers.Dense(32, activation="gelu")(y))
        x = layers.Add()([x, layers.Permute((2, 1))(y)])
        y = layers.Dense(64, activation="gelu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(32)(y)])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_row_reader() -> keras.Model:
    """Rows as a sequence for a GRU, from above to below."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Reshape((8, 8)),
            layers.Bidirectional(layers.GRU(32)),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def squeeze_and_excite(x: Any) -> Any:
    weights = layers.GlobalAveragePooling2D(keepdims=True)(x)
    weights = layers.Conv2D(x.shape[-1] // 4, 1, activation="relu")(weights)
    return layers.Multiply()([x, layers.Conv2D(x.shape[-1], 1, activation="sigmoid")(weights)])


def build_inception() -> keras.Model:
    """Kernels of three sizes side by side, and attention over their channels."""
    inputs = keras.Input((8, 8, 1))
    x = layers.Concatenate()([layers.Conv2D(12, size, padding="same", activation="relu")(inputs) for size in (1, 3, 5)])
    x = layers.AveragePooling2D(2)(squeeze_and_excite(x))
    x = layers.Concatenate()([layers.Conv2D(16, size, padding="same", activation="relu")(x) for size in (1, 3)])
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Dropout(0.2)(x)))
    model.compile(keras.optimizers.RMSprop(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_mixed_precision() -> keras.Model:
    """Half precision inside, single precision at the head."""
    half = {"dtype": "mixed_float16"}
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu", **half),
            layers.MaxPooling2D(**half),
            layers.Conv2D(32, 3, padding="same", activation="relu", **half),
            layers.GlobalMaxPooling2D(**half),
            layers.Dense(32, activation="relu", **half),
            layers.Dense(10, activation="softmax", dtype="float32"),
        ]
    )
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(2e-3))
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class DigitBatches(keras.utils.PyDataset):
    """Batches in a new order every epoch, each picture moved by a pixel at most."""

    def __init__(self, x: Array, y: Array, size: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.x, self.y, self.size = x, y, size
        self.rng = np.random.default_rng(0)
        self.order = self.rng.permutation(len(x))

    def __len__(self) -> int:
        return -(-len(self.x) // self.size)

    def __getitem__(self, index: int) -> Part:
        rows = self.order[index * self.size : (index + 1) * self.size]
        shift = (int(self.rng.integers(-1, 2)), int(self.rng.integers(-1, 2)))
        padded = np.pad(self.x[rows], ((0, 0), (1, 1), (1, 1), (0, 0)))
        return padded[:, 1 + shift[0] : 9 + shift[0], 1 + shift[1] : 9 + shift[1]], self.y[rows]

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(len(self.x))


def load_batches() -> dict[str, Any]:
    x_train, x_val, y_train, y_val = digits()
    validation = ((x_val / 16).astype("float32"), y_val)
    return {"train": DigitBatches((x_train / 16).astype("float32"), y_train), "validation": validation}


def build_regularised() -> keras.Model:
    """Group normalisation and weight penalties."""
    l2 = regularizers.L2(1e-4)
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(32, 3, padding="same", kernel_regularizer=l2)(inputs)
    x = layers.MaxPooling2D()(layers.Activation("relu")(layers.GroupNormalization(8)(x)))
    x = layers.Conv2D(32, 3, padding="same", kernel_regularizer=l2)(x)
    x = layers.Activation("relu")(layers.GroupNormalization(8)(x))
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax", kernel_regularizer=l2)(x))
    model.compile(keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def step_down(epoch: int, rate: float) -> float:
    return rate * 0.1 if epoch == 15 else rate


def make_step_schedule() -> list[Any]:
    return [
        keras.callbacks.LearningRateScheduler(step_down),
        keras.callbacks.ModelCheckpoint("digits.keras", monitor="val_accuracy", save_best_only=True),
    ]
