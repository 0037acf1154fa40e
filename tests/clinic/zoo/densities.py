"""Densities of points on two moons, learned by a flow and by diffusion."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops
from sklearn.datasets import make_moons

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]


def load_moon_points() -> tuple[Part, Part]:
    """Points; the targets are the same points, since the likelihood of the input is what is trained."""
    x, _ = make_moons(3000, noise=0.07, random_state=0)
    x = ((x - x.mean(0)) / x.std(0)).astype("float32")
    return (x[:2500], x[:2500]), (x[2500:], x[2500:])


class Coupling(layers.Layer):
    """An affine coupling of two coordinates (Dinh et al. 2017); starts as the identity."""

    def __init__(self, kept: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kept = kept
        self.hidden = [layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu")]
        self.parameters = layers.Dense(2, kernel_initializer="zeros")

    def build(self, _: Any) -> None:
        self.hidden[0].build((None, 1))
        self.hidden[1].build((None, 32))
        self.parameters.build((None, 32))

    def call(self, inputs: Any) -> Any:
        points, log_volume = inputs
        kept, moved = points[:, self.kept : self.kept + 1], points[:, 1 - self.kept : 2 - self.kept]
        scale, shift = ops.split(self.parameters(self.hidden[1](self.hidden[0](kept))), 2, axis=-1)
        scale = ops.tanh(scale)
        moved = moved * ops.exp(scale) + shift
        both = [kept, moved] if self.kept == 0 else [moved, kept]
        return ops.concatenate(both, axis=-1), log_volume + scale


def negative_log_likelihood(_: Any, flowed: Any) -> Any:
    """Of the points that went in: where they landed (first two columns) and the logarithm of the volume's change (third)."""
    return 0.5 * ops.sum(ops.square(flowed[:, :2]), axis=-1) + 1.8379 - flowed[:, 2]


def build_flow() -> keras.Model:
    points = keras.Input((2,))
    x, log_volume = points, layers.Lambda(lambda p: ops.zeros_like(p[:, :1]), output_shape=(1,))(points)
    for number in range(6):
        x, log_volume = Coupling(number % 2)([x, log_volume])
    model = keras.Model(points, layers.Concatenate()([x, log_volume]))
    model.compile(keras.optimizers.Adam(2e-3), loss=negative_log_likelihood)
    return model


class Diffusion(keras.Model):
    """Learns to tell the noise in a noisy point (Ho et al. 2020); draws time and noise in its step."""

    def __init__(self) -> None:
        super().__init__()
        self.net = keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(64, activation="silu"),
                layers.Dense(64, activation="silu"),
                layers.Dense(64, activation="silu"),
                layers.Dense(2),
            ]
        )
        self.seeds = keras.random.SeedGenerator()
        self.mean_error = keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[Any]:
        return [self.mean_error]

    def call(self, inputs: Any) -> Any:
        return self.net(inputs)

    def error(self, x: Any) -> Any:
        count = ops.shape(x)[0]
        time = keras.random.uniform((count, 1), seed=self.seeds)
        noise = keras.random.normal((count, 2), seed=self.seeds)
        angle = 0.5 * np.pi * time
        noisy = ops.cos(angle) * x + ops.sin(angle) * noise
        clocks = [ops.cos(angle), ops.sin(angle), ops.cos(4 * angle), ops.sin(4 * angle)]
        return ops.mean(ops.square(self.net(ops.concatenate([noisy, *clocks], axis=-1)) - noise))

    def train_step(self, data: Any) -> dict[str, Any]:
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            loss = self.error(x)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.mean_error.update_state(loss)
        return {"loss": self.mean_error.result()}

    def test_step(self, data: Any) -> dict[str, Any]:
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.mean_error.update_state(self.error(x))
        return {"loss": self.mean_error.result()}


def build_diffusion() -> keras.Model:
    model = Diffusion()
    model.compile(keras.optimizers.Adam(2e-3), loss="mse")
    return model
