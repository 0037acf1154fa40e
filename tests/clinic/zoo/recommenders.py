"""Who likes what: ratings and clicks made from hidden tastes; factors, towers, sessions."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops, regularizers

Array: TypeAlias = npt.NDArray[Any]
Inputs: TypeAlias = dict[str, Array]

USERS, ITEMS = 150, 100


def tastes(seed: int) -> tuple[Array, Array, Array, Array]:
    """Hidden tastes of users and properties of items, of four kinds, and how generous and how good they are."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.55, (USERS, 4)), rng.normal(0, 0.55, (ITEMS, 4)), rng.normal(0, 0.4, USERS), rng.normal(0, 0.5, ITEMS)


def load_ratings() -> tuple[tuple[Inputs, Array], tuple[Inputs, Array]]:
    """One to five stars, for half of all pairs; about the mean of the training part."""
    rng = np.random.default_rng(0)
    taste, kind, generous, good = tastes(0)
    pairs = rng.permutation(USERS * ITEMS)[:7500]
    user, item = (pairs // ITEMS).astype("int32"), (pairs % ITEMS).astype("int32")
    stars = 3.4 + generous[user] + good[item] + (taste[user] * kind[item]).sum(1) + rng.normal(0, 0.4, len(pairs))
    stars = np.clip(np.round(stars), 1, 5)
    stars = (stars - stars[:6500].mean())[:, None].astype("float32")
    first, second = slice(0, 6500), slice(6500, None)
    return ({"user": user[first], "item": item[first]}, stars[first]), (
        {"user": user[second], "item": item[second]},
        stars[second],
    )


class Factors(keras.Model):
    """Matrix factorisation with biases."""

    def __init__(self, size: int) -> None:
        super().__init__()
        l2 = regularizers.L2(1e-6)
        self.user = layers.Embedding(USERS, size, embeddings_regularizer=l2)
        self.item = layers.Embedding(ITEMS, size, embeddings_regularizer=l2)
        self.user_bias = layers.Embedding(USERS, 1, embeddings_initializer="zeros")
        self.item_bias = layers.Embedding(ITEMS, 1, embeddings_initializer="zeros")

    def call(self, inputs: Any) -> Any:
        user, item = inputs["user"], inputs["item"]
        product = ops.sum(self.user(user) * self.item(item), axis=-1, keepdims=True)
        return product + self.user_bias(user) + self.item_bias(item)


def build_factors() -> keras.Model:
    model = Factors(4)
    model.compile(keras.optimizers.Adam(5e-3), loss="mse", metrics=[keras.metrics.RootMeanSquaredError(name="rmse")])
    return model


def stop_early() -> list[Any]:
    return [keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)]


def build_neural() -> keras.Model:
    """Embeddings side by side, and a net that mixes them."""
    user, item = keras.Input((), dtype="int32", name="user"), keras.Input((), dtype="int32", name="item")
    l2 = regularizers.L2(1e-6)
    sides = [
        layers.Embedding(USERS, 8, embeddings_regularizer=l2, name="tastes")(user),
        layers.Embedding(ITEMS, 8, embeddings_regularizer=l2, name="properties")(item),
    ]
    x = layers.Concatenate()(sides)
    x = layers.Dropout(0.2)(layers.Dense(32, activation="relu")(x))
    x = layers.Dense(16, activation="relu")(x)
    model = keras.Model({"user": user, "item": item}, layers.Dense(1)(x))
    model.compile(keras.optimizers.Adam(4e-3), loss="mse", metrics=[keras.metrics.RootMeanSquaredError(name="rmse")])
    return model


def load_clicks() -> tuple[Any, Any]:
    """Pairs that were seen and pairs that were not, four to one of them, drawn at random; one unit, a probability."""
    rng = np.random.default_rng(1)
    taste, kind, _, good = tastes(1)
    user, item = (rng.integers(0, size, 12000).astype("int32") for size in (USERS, ITEMS))
    liking = 4 * (taste[user] * kind[item]).sum(1) + 2 * good[item] - 1.5
    clicked = (rng.uniform(size=12000) < 1 / (1 + np.exp(-liking))).astype("float32")[:, None]
    data = tf.data.Dataset.from_tensor_slices(({"user": user, "item": item}, clicked))
    return data.take(10000).shuffle(10000).batch(64).prefetch(1), data.skip(10000).batch(500)


def build_clicks() -> keras.Model:
    """The product of two embeddings and their biases, through a sigmoid."""
    user, item = keras.Input((), dtype="int32", name="user"), keras.Input((), dtype="int32", name="item")
    l2 = regularizers.L2(1e-6)
    product = layers.Dot(axes=1)(
        [layers.Embedding(USERS, 6, embeddings_regularizer=l2)(user), layers.Embedding(ITEMS, 6, embeddings_regularizer=l2)(item)]
    )
    biases = [layers.Embedding(USERS, 1)(user), layers.Embedding(ITEMS, 1)(item)]
    clicked = layers.Activation("sigmoid")(layers.Add()([product, *biases]))
    model = keras.Model({"user": user, "item": item}, clicked)
    model.compile(keras.optimizers.Adam(5e-3), loss="binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
    return model


def load_purchases() -> tuple[Any, Any]:
    """Twenty purchases of each user, no item twice: noisy views of tastes and properties. What was not bought is not in it."""
    rng = np.random.default_rng(2)
    taste, kind, _, _ = tastes(2)
    liking = 6 * taste @ kind.T + rng.gumbel(size=(USERS, ITEMS))
    pairs = rng.permutation(np.c_[np.repeat(np.arange(USERS), 20), np.argsort(-liking, axis=1)[:, :20].ravel()])
    wants, offers = taste / 0.55 + rng.normal(0, 0.1, taste.shape), kind / 0.55 + rng.normal(0, 0.1, kind.shape)
    x = {"wants": wants[pairs[:, 0]].astype("float32"), "offers": offers[pairs[:, 1]].astype("float32")}
    data = tf.data.Dataset.from_tensor_slices({**x, "item": pairs[:, 1].astype("int32")})
    return data.take(2500).shuffle(2500).batch(50), data.skip(2500).batch(50)


class Towers(keras.Model):
    """Two towers; the other items of a batch are what each user did not buy."""

    def __init__(self) -> None:
        super().__init__()
        self.query = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(12)])
        self.candidate = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(12)])
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.top_five = keras.metrics.SparseTopKCategoricalAccuracy(5, name="top_five")

    @property
    def metrics(self) -> list[Any]:
        return [self.loss_mean, self.top_five]

    def call(self, inputs: Any) -> Any:
        scores = ops.matmul(self.query(inputs["wants"]), ops.transpose(self.candidate(inputs["offers"])))
        same = ops.cast(inputs["item"][:, None] == inputs["item"][None, :], scores.dtype)
        return scores - 1e4 * (same - ops.eye(ops.shape(scores)[0]))

    def step(self, inputs: Any) -> Any:
        scores = self(inputs, training=True)
        target = ops.arange(ops.shape(scores)[0])
        loss = ops.mean(keras.losses.sparse_categorical_crossentropy(target, scores, from_logits=True))
        self.loss_mean.update_state(loss)
        self.top_five.update_state(target, scores)
        return loss

    def train_step(self, data: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            loss = self.step(data)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables, strict=True))
        return {metric.name: metric.result() for metric in self.metrics}

    def test_step(self, data: Any) -> dict[str, Any]:
        self.step(data)
        return {metric.name: metric.result() for metric in self.metrics}


def build_towers() -> keras.Model:
    model = Towers()
    model.compile(keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy")
    return model


def load_advertisements() -> tuple[Any, Any]:
    """Was an advertisement clicked? Town, device and page as words, age and hour as numbers."""
    rng = np.random.default_rng(3)
    n = 5000
    town, device, page = rng.integers(0, 20, n), rng.integers(0, 4, n), rng.integers(0, 12, n)
    age, hour = rng.normal(size=n), rng.uniform(0, 24, n)
    effect = rng.normal(0, 1, 20)[town] + rng.normal(0, 1.6, (4, 12))[device, page] + age * np.sin(hour * np.pi / 12)
    clicked = (rng.uniform(size=n) < 1 / (1 + np.exp(-1.5 * effect + 0.5))).astype("float32")
    numbers = np.c_[age, np.sin(hour * np.pi / 12), np.cos(hour * np.pi / 12)].astype("float32")
    words = {"town": town, "device": device, "page": page}
    x = {name: np.array([[f"{name}{number}"] for number in drawn]) for name, drawn in words.items()}
    data = tf.data.Dataset.from_tensor_slices(({**x, "numbers": numbers}, clicked))
    return data.take(4000).shuffle(4000).batch(64).prefetch(1), data.skip(4000).batch(200)


def build_wide_and_deep() -> keras.Model:
    """Memorises crossed words, generalises by embeddings."""
    town, device, page = (keras.Input((1,), dtype="string", name=name) for name in ("town", "device", "page"))
    numbers = keras.Input((3,), name="numbers")
    crossed = layers.HashedCrossing(num_bins=256, output_mode="one_hot")((device, page))
    embedded = []
    for name, words, count in (("town", town, 20), ("device", device, 4), ("page", page, 12)):
        number = layers.StringLookup(vocabulary=[f"{name}{i}" for i in range(count)], num_oov_indices=1)(words)
        embedded.append(layers.Flatten()(layers.Embedding(count + 1, 4)(number)))
    deep = layers.Concatenate()([*embedded, numbers])
    deep = layers.Dense(16, activation="relu")(layers.Dense(32, activation="relu")(deep))
    joined = layers.Concatenate()([deep, layers.Dense(1, use_bias=False, kernel_regularizer="l2", name="wide")(crossed)])
    clicked = layers.Dense(1, activation="sigmoid")(joined)
    model = keras.Model({"town": town, "device": device, "page": page, "numbers": numbers}, clicked)
    model.compile(keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
    return model


def load_sessions() -> dict[str, Array]:
    """What is looked at next? Visitors go round among like items; sessions are of unlike length, padded in front."""
    rng = np.random.default_rng(4)
    x, y = np.zeros((3600, 8), dtype="int32"), np.zeros(3600, dtype="int32")
    for row, i in zip(x, range(len(y)), strict=True):
        corner = rng.integers(0, 6)
        length = rng.integers(3, 9)
        path = [rng.integers(0, 8)]
        for _ in range(length):
            path.append((path[-1] + rng.choice([1, 1, 1, 1, 2])) % 8)
        ids = 1 + 8 * corner + np.array(path)
        row[-length:], y[i] = ids[:-1][-length:], ids[-1] - 1
    return {"x_train": x[:3000], "y_train": y[:3000], "x_val": x[3000:], "y_val": y[3000:]}


def build_sessions() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((8,), dtype="int32"),
            layers.Embedding(49, 16, mask_zero=True),
            layers.GRU(24),
            layers.Dense(48, activation="softmax"),
        ]
    )
    top_three = keras.metrics.SparseTopKCategoricalAccuracy(3, name="top_three")
    model.compile(keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy", top_three])
    return model


class Machine(layers.Layer):
    """A factorisation machine: linear, and all products of two columns through factors (Rendle 2010)."""

    def __init__(self, factors: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factors = factors
        self.linear = layers.Dense(1)

    def build(self, input_shape: Any) -> None:
        self.linear.build(input_shape)
        self.weight = self.add_weight(
            shape=(input_shape[-1], self.factors), initializer=keras.initializers.RandomNormal(stddev=0.1), name="factors"
        )

    def call(self, inputs: Any) -> Any:
        squares = ops.matmul(ops.square(inputs), ops.square(self.weight))
        products = 0.5 * ops.sum(ops.square(ops.matmul(inputs, self.weight)) - squares, axis=-1, keepdims=True)
        return self.linear(inputs) + products


def load_one_hot_ratings() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    (x, y), (x_val, y_val) = load_ratings()
    one_hot = keras.utils.to_categorical
    wide = [np.concatenate([one_hot(part["user"], USERS), one_hot(part["item"], ITEMS)], axis=1) for part in (x, x_val)]
    return (wide[0], y), (wide[1], y_val)


def build_machine() -> keras.Model:
    model = keras.Sequential([keras.Input((USERS + ITEMS,)), Machine(4)])
    model.compile(keras.optimizers.Adam(5e-3), loss="mse", metrics=["mae"])
    return model
