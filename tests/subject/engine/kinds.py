"""Kinds of compiled models that training code in the wild shows, each as a small factory with its data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.subject.blueprint import Blueprint, Sample

ROWS = 96
LAYERS = keras.layers
RANDOM = np.random.RandomState(7)
X = RANDOM.normal(size=(ROWS, 12)).astype("float32")
IMAGES = RANDOM.normal(size=(ROWS, 8, 8, 2)).astype("float32")
SERIES = RANDOM.normal(size=(ROWS, 6, 4)).astype("float32")
TOKENS = RANDOM.randint(0, 20, (ROWS, 7)).astype("int32")
CLASSES = RANDOM.randint(0, 5, ROWS).astype("int32")
NUMBERS = (X[:, :1] * 2 - X[:, 1:2]).astype("float32")
WEIGHTS = RANDOM.uniform(0.2, 2, ROWS).astype("float32")


@dataclass(frozen=True)
class Kind:
    """A model and its data; `way` is the one expected to run it."""

    make: Callable[[], keras.Model]
    sample: Sample
    way: str = "replicas"
    tasks: Mapping[str, str] | None = None

    def blueprint(self, **changes: Any) -> Blueprint:
        """The blueprint of this kind."""
        tasks = dict(self.tasks or {"y": "multiclass" if self.sample.y is CLASSES else "regression"})
        encodings = {name: "class_ids" if task == "multiclass" else "continuous" for name, task in tasks.items()}
        given: dict[str, Any] = {"batch_size": 8, "output_names": tuple(tasks), "tasks": tasks, "encodings": encodings} | changes
        return Blueprint(build=seeded(self.make), train=self.sample, **given)


def seeded(make: Callable[[], keras.Model]) -> Callable[[int], keras.Model]:
    """A `Blueprint.build` from a factory."""

    def build(seed: int) -> keras.Model:
        keras.utils.set_random_seed(seed)
        return make()

    return build


def _classifier(inputs: Any, features: Any, **compiled: Any) -> keras.Model:
    model = keras.Model(inputs, LAYERS.Dense(5, activation="softmax")(features))
    model.compile(**({"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]} | compiled))
    return model


def plain() -> keras.Model:
    inputs = keras.Input((12,))
    return _classifier(inputs, LAYERS.Dense(16, activation="relu")(inputs))


def two_outputs() -> keras.Model:
    inputs = keras.Input((12,))
    x = LAYERS.Dense(16, activation="relu")(inputs)
    outputs = {"kind": LAYERS.Dense(5, activation="softmax", name="kind")(x), "size": LAYERS.Dense(1, name="size")(x)}
    model = keras.Model(inputs, outputs)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("adam", losses, loss_weights={"kind": 0.3, "size": 2.0}, metrics={"kind": "accuracy", "size": "mae"})
    return model


def dict_inputs() -> keras.Model:
    one, two = keras.Input((12,), name="one"), keras.Input((6, 4), name="two")
    x = LAYERS.Concatenate()([LAYERS.Dense(8, activation="relu")(one), LAYERS.Flatten()(two)])
    return _classifier({"one": one, "two": two}, x)


class ExtraLoss(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    def call(self, inputs: Any) -> Any:
        self.add_loss(0.01 * keras.ops.mean(keras.ops.square(inputs)))
        return inputs


def added_losses() -> keras.Model:
    inputs = keras.Input((12,))
    x = LAYERS.Dense(16, activation="relu", kernel_regularizer="l2", activity_regularizer=keras.regularizers.L1(1e-3))(inputs)
    return _classifier(inputs, ExtraLoss()(x))


class OwnStep(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A train_step as the Keras guide writes it, that unpacks two parts."""

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y = data
        with tf.GradientTape() as tape:
            prediction = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=prediction)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, prediction)
        return {metric.name: metric.result() for metric in self.metrics}


def own_step() -> keras.Model:
    inputs = keras.Input((12,))
    model = OwnStep(inputs, LAYERS.Dense(5, activation="softmax")(LAYERS.Dense(16, activation="relu")(inputs)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def mixed_precision() -> keras.Model:
    inputs = keras.Input((12,))
    x = LAYERS.Dense(16, activation="relu", dtype="mixed_float16")(inputs)
    model = keras.Model(inputs, LAYERS.Dense(5, activation="softmax", dtype="float32")(x))
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-2), initial_scale=2.0**10, dynamic_growth_steps=4)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def accumulating() -> keras.Model:
    inputs = keras.Input((12,))
    optimizer = keras.optimizers.SGD(
        0.1, 0.9, gradient_accumulation_steps=3, use_ema=True, ema_overwrite_frequency=4, global_clipnorm=0.5
    )
    return _classifier(inputs, LAYERS.Dense(16, activation="relu")(inputs), optimizer=optimizer)


def scheduled() -> keras.Model:
    inputs = keras.Input((12,))
    schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.5, staircase=True)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.05)
    return _classifier(inputs, LAYERS.Dense(16, activation="relu")(inputs), optimizer=optimizer)


def masked() -> keras.Model:
    inputs = keras.Input((7,), dtype="int32")
    return _classifier(inputs, LAYERS.LSTM(6)(LAYERS.Embedding(20, 8, mask_zero=True)(inputs)))


def bidirectional() -> keras.Model:
    inputs = keras.Input((6, 4))
    x = LAYERS.Bidirectional(LAYERS.LSTM(5, return_sequences=True))(inputs)
    return _classifier(inputs, LAYERS.GRU(6)(x))


def stateful() -> keras.Model:
    inputs = keras.Input(batch_shape=(8, 6, 4))
    return _classifier(inputs, LAYERS.LSTM(5, stateful=True)(inputs))


class Unbuilt(keras.Model):  # type: ignore[misc]  # Keras ships no types
    def __init__(self) -> None:
        super().__init__()
        self.hidden = LAYERS.Dense(16, activation="relu")
        self.parts = [LAYERS.Dense(8), LAYERS.LayerNormalization()]
        self.head = LAYERS.Dense(5)

    def call(self, inputs: Any) -> Any:
        x = self.hidden(inputs)
        for part in self.parts:
            x = part(x)
        return self.head(x)


def unbuilt() -> keras.Model:
    model = Unbuilt()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


class LateVariable(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Makes its variable in `call`, as no guide recommends and people do."""

    scale: Any = None

    def call(self, inputs: Any) -> Any:
        if self.scale is None:
            self.scale = tf.Variable(tf.ones([inputs.shape[-1]]))
        return inputs * self.scale


class LateModel(keras.Model):  # type: ignore[misc]  # Keras ships no types
    def __init__(self) -> None:
        super().__init__()
        self.late = LateVariable()
        self.head = LAYERS.Dense(5, activation="softmax")

    def call(self, inputs: Any) -> Any:
        return self.head(self.late(inputs))


def late_variables() -> keras.Model:
    model = LateModel()
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def custom_loss() -> keras.Model:
    def scaled_error(true: Any, predicted: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(true - predicted) ** 1.5, axis=-1)

    def bias(true: Any, predicted: Any) -> Any:
        return keras.ops.mean(predicted - true)

    inputs = keras.Input((12,))
    model = keras.Model(inputs, LAYERS.Dense(1)(LAYERS.Dense(16, activation="tanh")(inputs)))
    model.compile("rmsprop", scaled_error, metrics=[bias, keras.metrics.RootMeanSquaredError()])
    return model


def constrained() -> keras.Model:
    inputs = keras.Input((12,))
    frozen = LAYERS.Dense(16, activation="relu", trainable=False)
    x = LAYERS.Dense(8, kernel_constraint=keras.constraints.UnitNorm(axis=0), bias_constraint="non_neg")(frozen(inputs))
    return _classifier(inputs, x, optimizer=keras.optimizers.SGD(0.1, nesterov=True, momentum=0.9))


class Counting(keras.Model):  # type: ignore[misc]  # Keras ships no types
    counter = 0

    def train_step(self, data: Any) -> Any:
        self.counter += 1
        return super().train_step(data)


def counting() -> keras.Model:
    inputs = keras.Input((12,))
    model = Counting(inputs, LAYERS.Dense(5, activation="softmax")(inputs))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def noisy() -> keras.Model:
    inputs = keras.Input((8, 8, 2))
    x = LAYERS.BatchNormalization()(LAYERS.Conv2D(4, 3)(inputs))
    x = LAYERS.GaussianNoise(0.1)(LAYERS.Dropout(0.3)(LAYERS.Flatten()(x)))
    return _classifier(inputs, x)


def recurrent_dropout() -> keras.Model:
    inputs = keras.Input((6, 4))
    return _classifier(inputs, LAYERS.LSTM(6, dropout=0.2, recurrent_dropout=0.3)(inputs))


class KernelNoise(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    def call(self, inputs: Any, training: bool = False) -> Any:
        return inputs + 0.1 * tf.random.normal(tf.shape(inputs)) if training else inputs


def kernel_random() -> keras.Model:
    inputs = keras.Input((12,))
    return _classifier(inputs, KernelNoise()(LAYERS.Dense(8)(inputs)))


class Gan(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """Two optimizers, its own random generator, and logs without a "loss"."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = keras.Sequential([keras.Input((4,)), LAYERS.Dense(12)])
        self.critic = keras.Sequential([keras.Input((12,)), LAYERS.Dense(16, activation="relu"), LAYERS.Dense(1)])
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.built = True

    def compile(self, critic_optimizer: Any, generator_optimizer: Any) -> None:
        super().compile()
        self.critic_optimizer = critic_optimizer
        self.generator_optimizer = generator_optimizer
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, data: Any) -> dict[str, Any]:
        real = data[0] if isinstance(data, tuple) else data
        rows = tf.shape(real)[0]
        noise = keras.random.normal((rows, 4), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            both = tf.concat([self.critic(self.generator(noise)), self.critic(real)], 0)
            critic_loss = self.loss_fn(tf.concat([tf.ones((rows, 1)), tf.zeros((rows, 1))], 0), both)
        gradients = tape.gradient(critic_loss, self.critic.trainable_weights)
        self.critic_optimizer.apply_gradients(zip(gradients, self.critic.trainable_weights, strict=True))
        noise = keras.random.normal((rows, 4), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            generator_loss = self.loss_fn(tf.zeros((rows, 1)), self.critic(self.generator(noise)))
        gradients = tape.gradient(generator_loss, self.generator.trainable_weights)
        self.generator_optimizer.apply_gradients(zip(gradients, self.generator.trainable_weights, strict=True))
        return {"critic_loss": critic_loss, "generator_loss": generator_loss}


def gan() -> keras.Model:
    model = Gan()
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(2e-3))
    return model


def augmented() -> keras.Model:
    inputs = keras.Input((8, 8, 2))
    x = LAYERS.RandomContrast(0.2)(LAYERS.RandomRotation(0.1)(LAYERS.RandomFlip()(inputs)))
    return _classifier(inputs, LAYERS.Flatten()(x))


class PythonLayer(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    def call(self, inputs: Any) -> Any:
        scaled = tf.py_function(lambda values: values * 1.5, [tf.stop_gradient(inputs)], tf.float32)
        scaled.set_shape(inputs.shape)
        return inputs + scaled


def python_layer() -> keras.Model:
    inputs = keras.Input((12,))
    return _classifier(inputs, PythonLayer()(inputs))


def text() -> keras.Model:
    inputs = keras.Input((1,), dtype="string")
    found = LAYERS.StringLookup(vocabulary=["a", "b", "c"])(inputs)
    return _classifier(inputs, LAYERS.Flatten()(LAYERS.Embedding(5, 4)(found)))


WORDS = np.array([["a"], ["b"], ["c"], ["d"]] * (ROWS // 4), dtype=object)
_TWO = {"kind": CLASSES, "size": NUMBERS}
_TWO_TASKS = {"kind": "multiclass", "size": "regression"}

KINDS = {
    "plain": Kind(plain, Sample(X, CLASSES)),
    "sample weights": Kind(plain, Sample(X, CLASSES, WEIGHTS)),
    "two outputs": Kind(two_outputs, Sample(X, _TWO), tasks=_TWO_TASKS),
    "weights by output": Kind(two_outputs, Sample(X, _TWO, {"kind": WEIGHTS, "size": WEIGHTS[::-1].copy()}), tasks=_TWO_TASKS),
    "dict inputs": Kind(dict_inputs, Sample({"one": X, "two": SERIES}, CLASSES)),
    "added losses": Kind(added_losses, Sample(X, CLASSES)),
    "own train_step": Kind(own_step, Sample(X, CLASSES)),
    "mixed precision": Kind(mixed_precision, Sample(X, CLASSES)),
    "accumulation, average, clipping": Kind(accumulating, Sample(X, CLASSES)),
    "schedule and AdamW": Kind(scheduled, Sample(X, CLASSES)),
    "masks": Kind(masked, Sample(TOKENS, CLASSES)),
    "bidirectional": Kind(bidirectional, Sample(SERIES, CLASSES)),
    "stateful recurrent": Kind(stateful, Sample(SERIES, CLASSES)),
    "unbuilt subclass": Kind(unbuilt, Sample(X, CLASSES)),
    "late variables": Kind(late_variables, Sample(X, CLASSES)),
    "own loss and metrics": Kind(custom_loss, Sample(X, NUMBERS)),
    "constraints and frozen layers": Kind(constrained, Sample(X, CLASSES)),
    "Python counter": Kind(counting, Sample(X, CLASSES)),
    "batch norm, dropout, noise": Kind(noisy, Sample(IMAGES, CLASSES)),
    "recurrent dropout": Kind(recurrent_dropout, Sample(SERIES, CLASSES)),
    "kernel random": Kind(kernel_random, Sample(X, CLASSES), "loop"),
    "two optimizers": Kind(gan, Sample(X), tasks={}),
    "augmentation": Kind(augmented, Sample(IMAGES, CLASSES)),
    "Python layer": Kind(python_layer, Sample(X, CLASSES), "loop"),
    "string lookup": Kind(text, Sample(WORDS, CLASSES)),
}
