"""Tables with classes, most of them scikit-learn's small real ones: every right pairing of head, loss and labels."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, regularizers
from sklearn.datasets import load_breast_cancer, load_iris, load_wine, make_moons
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]


def cancer() -> tuple[Array, Array, Array, Array]:
    """Standardised by the training part; 569 rows of 30 columns."""
    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.25, random_state=0, stratify=y)
    scaler = StandardScaler().fit(x_train)
    return scaler.transform(x_train).astype("float32"), scaler.transform(x_val).astype("float32"), y_train, y_val


def load_iris_raw() -> dict[str, Array]:
    x, y = load_iris(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x.astype("float32"), y, test_size=0.3, random_state=1, stratify=y)
    return {"x_train": x_train, "y_train": y_train, "x_val": x_val, "y_val": y_val}


def build_iris() -> keras.Model:
    """The model learns the scale of its inputs itself."""
    scale = layers.Normalization()
    scale.adapt(load_iris_raw()["x_train"])
    model = keras.Sequential(
        [keras.Input((4,)), scale, layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_wine_one_hot() -> tuple[Part, Part]:
    x, y = load_wine(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.3, random_state=0, stratify=y)
    scaler = StandardScaler().fit(x_train)
    one_hot = keras.utils.to_categorical
    return (scaler.transform(x_train), one_hot(y_train)), (scaler.transform(x_val), one_hot(y_val))


def build_wine() -> keras.Model:
    inputs = keras.Input((13,))
    x = layers.Dense(24, activation="relu", kernel_regularizer=regularizers.L2(1e-3))(inputs)
    outputs = layers.Dense(3, activation="softmax")(x)
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss=keras.losses.CategoricalCrossentropy(), metrics=[keras.metrics.CategoricalAccuracy()])
    return model


def load_wine_shares() -> tuple[Part, Part]:
    """Columns between 0 and 1."""
    x, y = load_wine(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.3, random_state=3, stratify=y)
    scaler = MinMaxScaler().fit(x_train)
    return (scaler.transform(x_train), y_train), (scaler.transform(x_val), y_val)


def build_wine_logits() -> keras.Model:
    model = keras.Sequential([keras.Input((13,)), layers.Dense(32, activation="relu"), layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss=loss, metrics=["accuracy"])
    return model


def load_cancer() -> dict[str, Array]:
    x_train, x_val, y_train, y_val = cancer()
    return {"x_train": x_train, "y_train": y_train, "x_val": x_val, "y_val": y_val}


def build_cancer_sigmoid() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((30,)),
            layers.Dense(16, activation="relu", kernel_regularizer="l2"),
            layers.Dropout(0.2),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="auc")])
    return model


def stop_early() -> list[Any]:
    return [keras.callbacks.EarlyStopping(monitor="val_loss", patience=10, restore_best_weights=True)]


def build_cancer_logits() -> keras.Model:
    """Logits out; the metric's threshold is that of logits."""
    model = keras.Sequential([keras.Input((30,)), layers.Dense(16, activation="gelu"), layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    accuracy = keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)
    model.compile(keras.optimizers.AdamW(1e-3, weight_decay=1e-2), loss=loss, metrics=[accuracy])
    return model


def load_cancer_columns() -> tuple[Part, Part]:
    """Labels as a column, as pandas gives them."""
    x_train, x_val, y_train, y_val = cancer()
    return (x_train, y_train[:, None].astype("float32")), (x_val, y_val[:, None].astype("float32"))


def build_logistic_regression() -> keras.Model:
    model = keras.Sequential([keras.Input((30,)), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def load_cancer_signs() -> tuple[Part, Part]:
    """Labels -1 and 1 in a column, for the hinge."""
    (x_train, y_train), (x_val, y_val) = load_cancer_columns()
    return (x_train, 2 * y_train - 1), (x_val, 2 * y_val - 1)


def same_sign(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(keras.ops.cast(keras.ops.sign(y_true) == keras.ops.sign(y_pred), "float32"), axis=-1)


def build_cancer_hinge() -> keras.Model:
    inputs = keras.Input((30,))
    x = layers.Dense(16, activation="relu", kernel_regularizer=regularizers.L2(1e-3))(inputs)
    outputs = layers.Dense(1, activation="tanh")(x)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(2e-3), loss="hinge", metrics=[same_sign])
    return model


def build_cancer_svm() -> keras.Model:
    """A linear machine: squared hinge on an open margin, small weights."""
    model = keras.Sequential([keras.Input((30,)), layers.Dense(1, kernel_regularizer=regularizers.L2(1e-2))])
    model.compile(keras.optimizers.Adam(5e-3), loss="squared_hinge", metrics=[same_sign])
    return model


def build_cancer_two_units() -> keras.Model:
    """Two classes by two softmax units; normalisation between."""
    model = keras.Sequential([keras.Input((30,))])
    model.add(layers.Dense(32, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.Activation("relu"))
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(2, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
    return model


def load_moons() -> tuple[Any, Any]:
    """Two classes that a line cannot part, as datasets."""
    x, y = make_moons(1500, noise=0.15, random_state=0)
    x = ((x - x.mean(0)) / x.std(0)).astype("float32")
    train = tf.data.Dataset.from_tensor_slices((x[:1200], y[:1200, None])).shuffle(1200, seed=0).batch(32).prefetch(1)
    return train, tf.data.Dataset.from_tensor_slices((x[1200:], y[1200:, None])).batch(100)


def build_moons() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(32, activation="tanh"),
            layers.Dense(32, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(0.1, decay_steps=38 * 40)
    optimizer = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
    model.compile(optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return model


def load_fraud() -> dict[str, Array]:
    """One payment in fifteen is a fraud: at night, far from home, much for the customer."""
    rng = np.random.default_rng(0)
    n = 4000
    amount, distance = rng.lognormal(3, 1, n), rng.gamma(1.5, 8, n)
    hour, usual, age = rng.uniform(0, 24, n), rng.lognormal(3, 0.5, n), rng.integers(18, 90, n)
    night = np.cos((hour - 3) * np.pi / 12)
    score = 1.6 * np.log(amount / usual) + 0.09 * distance + 1.5 * night + rng.logistic(0, 0.6, n)
    y = (score > np.quantile(score, 14 / 15)).astype("float32")
    x = np.c_[np.log(amount), np.log(usual), distance, np.sin(hour * np.pi / 12), np.cos(hour * np.pi / 12), age]
    x = ((x - x[:3000].mean(0)) / x[:3000].std(0)).astype("float32")
    return {"x_train": x[:3000], "y_train": y[:3000], "x_val": x[3000:], "y_val": y[3000:]}


def build_fraud() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", loss="binary_crossentropy", metrics=[keras.metrics.AUC(name="auc"), keras.metrics.Recall()])
    return model


def build_fraud_focal() -> keras.Model:
    """The same imbalance, met by the focal loss, and by an output bias that starts at the prior."""
    prior = keras.initializers.Constant(float(np.log((1 / 15) / (14 / 15))))
    inputs = keras.Input((6,))
    x = layers.Dense(32, activation="relu")(inputs)
    x = layers.Dense(32, activation="relu")(x)
    outputs = layers.Dense(1, activation="sigmoid", bias_initializer=prior)(x)
    model = keras.Model(inputs, outputs)
    loss = keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.75, gamma=2.0)
    model.compile(keras.optimizers.Adam(2e-3), loss=loss, metrics=[keras.metrics.AUC(name="auc")])
    return model


def load_satisfaction() -> tuple[Part, Part]:
    """Four ordered grades; each label is the row of questions "better than k?"."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(2400, 8)).astype("float32")
    mood = x[:, 0] - 0.8 * x[:, 1] + 0.5 * x[:, 2] * x[:, 3] + rng.normal(0, 0.3, 2400)
    grade = np.digitize(mood, [-1.0, 0.0, 1.0])
    y = (grade[:, None] > np.arange(3)).astype("float32")
    return (x[:1800], y[:1800]), (x[1800:], y[1800:])


def build_ordinal() -> keras.Model:
    inputs = keras.Input((8,))
    x = layers.Dense(48, activation="relu")(inputs)
    x = layers.Dense(24, activation="relu")(x)
    outputs = layers.Dense(3, activation="sigmoid", name="better_than")(x)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


def load_votes() -> tuple[Part, Part]:
    """The shares of four parties in a district: targets are distributions, not classes."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(2000, 6)).astype("float32")
    leaning = x @ rng.normal(0, 0.8, (6, 4)) + 0.5 * np.tanh(x[:, :4] * x[:, 1:5]) + rng.normal(0, 0.1, (2000, 4))
    y = np.exp(leaning) / np.exp(leaning).sum(1, keepdims=True)
    return (x[:1500], y[:1500].astype("float32")), (x[1500:], y[1500:].astype("float32"))


def build_votes() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(32, activation="silu"),
            layers.Dense(32, activation="silu"),
            layers.Dense(4),
            layers.Softmax(),
        ]
    )
    model.compile(keras.optimizers.Adam(2e-3), loss=keras.losses.KLDivergence(), metrics=["mae"])
    return model
