"""Nets that make pictures or points: autoencoders, variational and denoising ones, adversaries, flows, diffusion."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops, regularizers
from sklearn.datasets import load_digits

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]


def pictures() -> tuple[Array, Array]:
    """Digits of 8 x 8 between 0 and 1; the last writers are held out."""
    x = (load_digits().images[..., None] / 16).astype("float32")
    return x[:1400], x[1400:]


def load_autoencoder() -> tuple[Part, Part]:
    train, val = (part.reshape(-1, 64) for part in pictures())
    return (train, train), (val, val)


RATE = keras.optimizers.schedules.CosineDecay(5e-3, decay_steps=44 * 50)


def build_autoencoder() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(48, activation="relu"),
            layers.Dense(12, name="code"),
            layers.Dense(48, activation="relu"),
            layers.Dense(64, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(RATE), loss="binary_crossentropy", metrics=["mse"])
    return model


def build_sparse_autoencoder() -> keras.Model:
    """A code wider than need be, kept sparse by a penalty on its activity."""
    pixels = keras.Input((64,))
    code = layers.Dense(48, activation="relu", activity_regularizer=regularizers.L1(1e-5))(pixels)
    model = keras.Model(pixels, layers.Dense(64, activation="sigmoid")(code))
    model.compile(keras.optimizers.Adam(RATE), loss="mse", metrics=["mae"])
    return model


def load_copies() -> tuple[Any, Any]:
    train, val = pictures()
    data = tf.data.Dataset.from_tensor_slices(train).map(lambda x: (x, x)).shuffle(1400).batch(32).prefetch(1)
    return data, tf.data.Dataset.from_tensor_slices((val, val)).batch(100)


def build_convolutional() -> keras.Model:
    encoder = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(24, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(16),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(4 * 24, activation="relu"),
            layers.Reshape((2, 2, 24)),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        ],
        name="decoder",
    )
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, decoder(encoder(inputs)))
    model.compile(keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])
    return model


def load_noisy() -> dict[str, Array]:
    """Noisy pictures in, clean ones out."""
    rng = np.random.default_rng(0)
    train, val = pictures()
    noisy = [np.clip(part + rng.normal(0, 0.3, part.shape), 0, 1).astype("float32") for part in (train, val)]
    return {"x_train": noisy[0], "y_train": train, "x_val": noisy[1], "y_val": val}


def build_denoiser() -> keras.Model:
    """Predicts the noise and takes it off; its last map starts at zero."""
    noisy = keras.Input((8, 8, 1))
    x = noisy
    for _ in range(3):
        x = layers.Conv2D(24, 3, padding="same", activation="relu")(x)
    noise = layers.Conv2D(1, 3, padding="same", kernel_initializer="zeros")(x)
    model = keras.Model(noisy, layers.Subtract()([noisy, noise]))
    model.compile(keras.optimizers.Adam(2e-3), loss="mse", metrics=["mae"])
    return model


def load_coarse() -> tuple[Part, Part]:
    """Pictures of 4 x 4 in, of 8 x 8 out."""
    train, val = pictures()
    coarse = [part.reshape(-1, 4, 2, 4, 2, 1).mean((2, 4)) for part in (train, val)]
    return (coarse[0], train), (coarse[1], val)


def build_super_resolution() -> keras.Model:
    coarse = keras.Input((4, 4, 1))
    x = layers.Conv2D(24, 3, padding="same", activation="relu")(coarse)
    x = layers.Conv2D(24, 3, padding="same", activation="relu")(x)
    detail = layers.Conv2D(4, 3, padding="same")(x)
    detail = layers.Lambda(lambda maps: tf.nn.depth_to_space(maps, 2), output_shape=(8, 8, 1))(detail)
    model = keras.Model(coarse, layers.Add()([layers.UpSampling2D(interpolation="bilinear")(coarse), detail]))
    model.compile(keras.optimizers.Adam(2e-3), loss="mae", metrics=["mse"])
    return model


class Sampling(layers.Layer):
    """Draws a code; adds the divergence from the standard normal distribution to the loss."""

    def __init__(self, weight: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight = weight
        self.seeds = keras.random.SeedGenerator()

    def call(self, inputs: Any, training: bool = False) -> Any:
        mean, log_variance = inputs
        divergence = -0.5 * ops.mean(ops.sum(1 + log_variance - ops.square(mean) - ops.exp(log_variance), axis=-1))
        self.add_loss(self.weight * divergence)
        if not training:
            return mean
        return mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean), seed=self.seeds)


def build_vae_by_layer() -> keras.Model:
    """A variational autoencoder whose penalty is added by a layer."""
    pixels = keras.Input((64,))
    x = layers.Dense(64, activation="relu")(pixels)
    code = Sampling(0.5 / 64)([layers.Dense(8, name="mean")(x), layers.Dense(8, name="log_variance")(x)])
    x = layers.Dense(64, activation="relu")(code)
    model = keras.Model(pixels, layers.Dense(64, activation="sigmoid")(x))
    model.compile(keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["mse"])
    return model


class VariationalAutoencoder(keras.Model):
    """With a training step of its own, as in the Keras guides."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(16)])
        self.decode = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(64)])
        self.seeds = keras.random.SeedGenerator()
        self.total = keras.metrics.Mean(name="loss")
        self.reconstruction = keras.metrics.Mean(name="reconstruction")

    @property
    def metrics(self) -> list[Any]:
        return [self.total, self.reconstruction]

    def call(self, inputs: Any) -> Any:
        mean, _ = ops.split(self.encode(inputs), 2, axis=-1)
        return ops.sigmoid(self.decode(mean))

    def losses_of(self, x: Any) -> tuple[Any, Any]:
        mean, log_variance = ops.split(self.encode(x), 2, axis=-1)
        code = mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean), seed=self.seeds)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=self.decode(code))
        divergence = -0.5 * ops.sum(1 + log_variance - ops.square(mean) - ops.exp(log_variance), axis=-1)
        return ops.mean(ops.sum(entropy, axis=-1)), ops.mean(divergence)

    def train_step(self, data: Any) -> dict[str, Any]:
        x = data[0] if isinstance(data, tuple) else data
        with tf.GradientTape() as tape:
            reconstruction, divergence = self.losses_of(x)
            loss = reconstruction + 0.5 * divergence
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.total.update_state(loss)
        self.reconstruction.update_state(reconstruction)
        return {metric.name: metric.result() for metric in self.metrics}

    def test_step(self, data: Any) -> dict[str, Any]:
        x = data[0] if isinstance(data, tuple) else data
        reconstruction, divergence = self.losses_of(x)
        self.total.update_state(reconstruction + 0.5 * divergence)
        self.reconstruction.update_state(reconstruction)
        return {metric.name: metric.result() for metric in self.metrics}


def build_vae() -> keras.Model:
    model = VariationalAutoencoder()
    model.compile(keras.optimizers.Adam(2e-3), loss="binary_crossentropy")
    return model


def load_ring() -> Any:
    """Points near a ring: real ones for an adversary; there is nothing to validate on."""
    rng = np.random.default_rng(1)
    angle = rng.uniform(0, 2 * np.pi, 4000)
    x = np.c_[np.cos(angle), np.sin(angle)] + rng.normal(0, 0.05, (4000, 2))
    return tf.data.Dataset.from_tensor_slices(x.astype("float32")).shuffle(4000).batch(64, drop_remainder=True)


class Adversaries(keras.Model):
    """A generator and its critic, with an optimizer each."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = keras.Sequential(
            [keras.Input((4,)), layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu"), layers.Dense(2)]
        )
        self.critic = keras.Sequential(
            [keras.Input((2,)), layers.Dense(32), layers.LeakyReLU(0.2), layers.Dense(32), layers.LeakyReLU(0.2), layers.Dense(1)]
        )
        self.seeds = keras.random.SeedGenerator()
        self.critic_loss = keras.metrics.Mean(name="critic_loss")
        self.generator_loss = keras.metrics.Mean(name="generator_loss")
        self.off_ring = keras.metrics.Mean(name="off_ring")

    @property
    def metrics(self) -> list[Any]:
        return [self.critic_loss, self.generator_loss, self.off_ring]

    def compile(self, critic_optimizer: Any, generator_optimizer: Any, loss: Any) -> None:
        super().compile(optimizer=generator_optimizer, loss=loss)
        self.critic_optimizer = critic_optimizer
        self.entropy = loss

    def train_step(self, real: Any) -> dict[str, Any]:
        count = ops.shape(real)[0]
        noise = keras.random.normal((count, 4), seed=self.seeds)
        ones, zeros = ops.ones((count, 1)), ops.zeros((count, 1))
        with tf.GradientTape() as tape:
            made = self.generator(noise)
            critic_loss = self.entropy(0.9 * ones, self.critic(real)) + self.entropy(zeros, self.critic(made))
        weights = self.critic.trainable_variables
        self.critic_optimizer.apply_gradients(zip(tape.gradient(critic_loss, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            made = self.generator(noise)
            generator_loss = self.entropy(ones, self.critic(made))
        weights = self.generator.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(generator_loss, weights), weights, strict=True))
        self.critic_loss.update_state(critic_loss)
        self.generator_loss.update_state(generator_loss)
        self.off_ring.update_state(ops.abs(ops.norm(made, axis=-1) - 1.0))
        return {metric.name: metric.result() for metric in self.metrics}


def build_adversaries() -> keras.Model:
    model = Adversaries()
    model.compile(
        critic_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        generator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return model
