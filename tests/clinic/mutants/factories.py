"""What a config names: builds the model of a plan, and loads the data with what was done to it. TensorFlow is imported here."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from keras import layers

ROOT = str(Path(__file__).resolve().parents[3])
if ROOT not in sys.path:  # the doctor's worker loads this file by its path, from a folder of its own
    sys.path.append(ROOT)

from tests.clinic.mutants.datasets import Table, load  # noqa: E402 - the path above comes first
from tests.clinic.mutants.recipe import Damage, Plan  # noqa: E402 - as above
from tests.clinic.mutants.spoiling import spoiled  # noqa: E402 - as above


def load_data(dataset: str, batch_size: int | None = None, shuffle: bool = True, **damage: Any) -> Any:
    """The data as `fit` takes it.

    Args:
        dataset: Its name.
        batch_size: Of a dataset; None for arrays.
        shuffle: Whether a dataset draws its rows anew each epoch.
        damage: Fields of `Damage`.
    """
    table = spoiled(load(dataset), Damage(**damage))
    if batch_size is None:
        return (table.x, table.y), (table.x_val, table.y_val)
    train = tf.data.Dataset.from_tensor_slices((table.x, table.y))
    if shuffle:
        train = train.shuffle(len(table.x), seed=0)
    return train.batch(batch_size).prefetch(1), tf.data.Dataset.from_tensor_slices((table.x_val, table.y_val)).batch(100)


def build_model(**knobs: Any) -> keras.Model:
    """The compiled model.

    Args:
        knobs: Fields of `Plan`.
    """
    plan = Plan(**knobs)
    table = load(plan.dataset)
    inputs = keras.Input(table.x.shape[1:], dtype=table.x.dtype.name)
    x = inputs
    if plan.reshape == "swapped":
        x = layers.Reshape((*reversed(table.x.shape[1:3]), *table.x.shape[3:]))(x)
    elif plan.reshape == "folded":
        x = layers.Reshape((table.x.shape[1] // 2, table.x.shape[2] * 2, *table.x.shape[3:]))(x)
    outputs = _heads(plan, table, _TRUNKS[plan.architecture](plan, table, x))
    kind = WatchedModel if plan.architecture == "custom_step" else keras.Model
    model = kind(inputs, outputs if len(outputs) > 1 else outputs[0])
    for layer in [each for each in model.layers if each.weights][: plan.frozen]:
        layer.trainable = False
    _compile(model, plan)
    return model


class WatchedModel(keras.Model):  # type: ignore[misc] # Keras' classes are not typed
    """A model with a training step of its own: that of Keras, written out."""

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step.

        Args:
            data: A batch of inputs and targets.
        """
        x, y = data
        with tf.GradientTape() as tape:
            predicted = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=predicted)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, predicted)
        return {metric.name: metric.result() for metric in self.metrics}


def _hidden(plan: Plan, position: int) -> dict[str, Any]:
    """The keywords that hidden layers share."""
    start: Any = plan.initializer
    if plan.initial_scale == 0:
        start = "zeros"
    elif plan.initial_scale is not None:
        start = keras.initializers.VarianceScaling(plan.initial_scale**2, mode="fan_avg", distribution="untruncated_normal")
    named = {"name": f"{plan.names}{position}"} if plan.names else {}
    return {
        "use_bias": plan.use_bias,
        "kernel_initializer": start,
        "kernel_regularizer": keras.regularizers.L2(plan.l2) if plan.l2 else None,
        **named,
    }


def _activated(plan: Plan, position: int, x: Any) -> Any:
    """Normalisation, activation and dropout, as the plan has them, after a hidden layer."""
    if plan.batch_norm is not None:
        x = layers.BatchNormalization(momentum=plan.batch_norm)(x)
    if position not in plan.linear:
        x = layers.Activation(plan.activation)(x)
    return layers.Dropout(plan.dropout)(x) if plan.dropout else x


def _dense(plan: Plan, _: Table, x: Any) -> Any:
    x = layers.Flatten()(x) if len(x.shape) > 2 else x
    for position in range(plan.depth):
        x = _activated(plan, position, layers.Dense(plan.width, **_hidden(plan, position))(x))
    return x


def _cnn(plan: Plan, _: Table, x: Any) -> Any:
    for position in range(plan.depth):
        x = layers.Conv2D(plan.width * 2**position, 3, padding="same", **_hidden(plan, position))(x)
        x = layers.MaxPooling2D()(_activated(plan, position, x))
    return layers.Flatten()(x)


def _residual(plan: Plan, _: Table, x: Any) -> Any:
    x = layers.Dense(plan.width)(layers.Flatten()(x))
    for position in range(plan.depth):
        x = layers.Add()([x, _activated(plan, position, layers.Dense(plan.width, **_hidden(plan, position))(x))])
    return x


def _lstm(plan: Plan, _: Table, x: Any) -> Any:
    x = layers.LSTM(plan.width, activation=plan.activation, **_hidden(plan, 0))(x)
    return layers.Dropout(plan.dropout)(x) if plan.dropout else x


def _gru(plan: Plan, _: Table, x: Any) -> Any:
    x = layers.GRU(plan.width, activation=plan.activation, **_hidden(plan, 0))(x)
    return layers.Dropout(plan.dropout)(x) if plan.dropout else x


def _text(plan: Plan, table: Table, x: Any) -> Any:
    return _dense(plan, table, layers.GlobalAveragePooling1D()(layers.Embedding(table.words, plan.width)(x)))


def _heads(plan: Plan, table: Table, x: Any) -> list[Any]:
    named = {"name": f"{plan.names}head"} if plan.names else {}
    if len(table.units) > 1:  # the second head gives a number
        return [layers.Dense(table.units[0], activation=plan.output, name="digit")(x), layers.Dense(1, name="ink")(x)]
    head = layers.Dense(table.units[0], activation=plan.output, use_bias=plan.output_bias, **named)(x)
    if plan.clip_output is not None:
        head = keras.ops.clip(head, *plan.clip_output)
    return [head]


def _compile(model: keras.Model, plan: Plan) -> None:
    rate: Any = plan.rate
    if plan.decay_steps is not None:
        rate = keras.optimizers.schedules.ExponentialDecay(plan.rate, plan.decay_steps, 0.5)
    settings: dict[str, Any] = {"clipnorm": plan.clipnorm, "clipvalue": plan.clipvalue}
    if plan.optimizer == "sgd":
        settings["momentum"] = plan.momentum
    optimizer = _OPTIMIZERS[plan.optimizer](learning_rate=rate, **settings)
    loss = _LOSSES[plan.loss]
    made = loss(**({"from_logits": True} if plan.from_logits else {}), **({"reduction": "sum"} if plan.summed else {}))
    if len(model.outputs) > 1:
        model.compile(optimizer, loss=[made, keras.losses.MeanSquaredError()], metrics=[[plan.metric], ["mae"]])
    else:
        model.compile(optimizer, loss=made, metrics=[plan.metric])


_TRUNKS: Mapping[str, Callable[[Plan, Table, Any], Any]] = {
    "dense": _dense,
    "custom_step": _dense,
    "two_heads": _dense,
    "cnn": _cnn,
    "residual": _residual,
    "lstm": _lstm,
    "gru": _gru,
    "text": _text,
}
_OPTIMIZERS: Mapping[str, Any] = {
    "adam": keras.optimizers.Adam,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "adadelta": keras.optimizers.Adadelta,
    "adagrad": keras.optimizers.Adagrad,
    "sgd": keras.optimizers.SGD,
}
_LOSSES: Mapping[str, Any] = {
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
    "poisson": keras.losses.Poisson,
    "hinge": keras.losses.Hinge,
    "msle": keras.losses.MeanSquaredLogarithmicError,
}
