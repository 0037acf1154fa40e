"""The look at the start: every quantity against a second, naive way to get it."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.seen.start import SignalSeen, StartSeen, UnitsSeen, VariableSeen
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.looks import Scene
from dnndoctor.subject.looks.start import MORE_STEPS, STEPS, Start
from tests.evidence_samples import facts
from tests.subject.engine import kinds
from tests.subject.engine.kinds import CLASSES, LAYERS, X

SEED = 3


def scene(make: Callable[[], keras.Model], y: Any = CLASSES, x: Any = X) -> Scene:
    """A scene of a model and the usual rows."""
    return Scene(Blueprint(build=kinds.seeded(make), train=Sample(x, y), batch_size=8), facts())


def seen(make: Callable[[], keras.Model], y: Any = CLASSES, seed: int = SEED, x: Any = X) -> StartSeen:
    """What the look sees."""
    return Start().see(scene(make, y, x), seed)


def classifier(*hidden: Any, head: Any = None, optimizer: Any = "sgd", **compiled: Any) -> keras.Model:
    """A stack of layers under a softmax of five."""
    model = keras.Sequential([keras.Input((12,)), *hidden, head or LAYERS.Dense(5, activation="softmax", name="head")])
    model.compile(optimizer, "sparse_categorical_crossentropy", **compiled)
    return model


def two_layers() -> keras.Model:
    """The plainest one."""
    return classifier(LAYERS.Dense(16, activation="relu", name="dense"))


def signal(found: StartSeen, path: str) -> SignalSeen:
    """What that layer gives."""
    return next(one for one in found.signals if one.path == path)


def units(found: StartSeen, path: str) -> UnitsSeen:
    """What the units of that layer do."""
    return next(one for one in found.units if one.path == path)


def variable(found: StartSeen, layer: str, name: str = "kernel") -> VariableSeen:
    """What happened to that variable."""
    return next(one for one in found.variables if (one.layer, one.name) == (layer, name))


def test_gradients_and_updates_are_those_of_a_tape_and_of_plain_descent() -> None:
    """Three steps by hand, on the same rows and weights."""
    found = seen(two_layers)
    model = kinds.seeded(two_layers)(SEED)
    rate = float(model.optimizer.learning_rate)

    for step in range(STEPS):
        with tf.GradientTape() as tape:
            loss = keras.losses.sparse_categorical_crossentropy(CLASSES, model(X))
            loss = tf.reduce_mean(loss)
        gradients = tape.gradient(loss, model.trainable_variables)
        assert found.losses[step] == pytest.approx(float(loss), rel=1e-5)
        for one, gradient, own in zip(found.variables, gradients, model.trainable_variables, strict=True):
            assert one.gradients[step] == pytest.approx(float(tf.norm(gradient)), rel=1e-4)
            assert one.updates[step] == pytest.approx(rate * float(tf.norm(gradient)), rel=1e-3)
            own.assign_sub(rate * gradient)
    assert found.rates == pytest.approx((rate,) * STEPS)
    assert [(one.layer, one.name) for one in found.variables][:2] == [("dense", "kernel"), ("dense", "bias")]


def test_signals_are_those_of_numpy() -> None:
    """Size, mean and spread of a layer, and how far rows differ."""
    found = seen(two_layers)
    kernel, bias = (np.asarray(weight) for weight in kinds.seeded(two_layers)(SEED).layers[0].get_weights())
    values = np.maximum(X @ kernel + bias, 0)

    one = signal(found, "dense")

    assert one.rms == pytest.approx(np.sqrt(np.mean(values**2)), rel=1e-4)
    assert one.mean == pytest.approx(values.mean(), rel=1e-4)
    assert one.std == pytest.approx(values.std(), rel=1e-3)
    assert one.varies == pytest.approx(np.sqrt(values.var(axis=0).mean()) / one.rms, rel=0.1)
    assert one.received == pytest.approx(np.sqrt(X.var(axis=0).mean()) / np.sqrt(np.mean(X**2)), rel=0.1)
    assert units(found, "dense").dead == int((values.max(axis=0) <= 0).sum())
    assert found.outputs == (signal(found, "head").varies,)


def test_units_that_are_off_flat_or_alike_are_counted() -> None:
    """Four of eight rectified units are off, half the sigmoids stand at an end, and six of eight units are three pairs."""
    biases = np.array([-99.0] * 4 + [0.0] * 4)
    pairs = np.random.RandomState(0).normal(size=(12, 8))
    pairs[:, 1], pairs[:, 3], pairs[:, 5] = pairs[:, 0], pairs[:, 2], pairs[:, 4]

    def make() -> keras.Model:
        return classifier(
            LAYERS.Dense(8, name="off", bias_initializer=lambda *_, **__: tf.constant(biases, tf.float32)),
            LAYERS.ReLU(name="relu"),
            LAYERS.Dense(8, name="ends", activation="sigmoid", bias_initializer=lambda *_, **__: tf.constant(biases, tf.float32)),
            LAYERS.Dense(8, name="last", activation="tanh"),
        )

    def alike() -> keras.Model:
        return classifier(LAYERS.Dense(8, name="pairs", kernel_initializer=lambda *_, **__: tf.constant(pairs, tf.float32)))

    found = seen(make)

    assert units(found, "relu").dead == 4
    assert (units(found, "ends").flat, units(found, "last").flat) == (4, 0)
    assert units(found, "ends").flat_share == pytest.approx(0.5, abs=0.1)
    assert signal(seen(alike), "pairs").twins == 6
    assert variable(seen(alike), "pairs").twins == 0, "the head's random weights tell them apart"
    assert variable(found, "last").twins == 0


def test_units_that_stay_alike_are_seen_in_their_gradients() -> None:
    """Equal weights before and behind: all units are one."""

    def make() -> keras.Model:
        return classifier(
            LAYERS.Dense(8, activation="tanh", kernel_initializer="ones", name="dense"),
            head=LAYERS.Dense(5, activation="softmax", kernel_initializer="ones", name="head"),
        )

    assert (variable(seen(make), "dense").twins, variable(seen(make), "dense").units) == (8, 8)


def test_layers_behind_which_all_rows_are_equal_say_so() -> None:
    """Exactly 0, and only from the layer on that makes them so."""

    def make() -> keras.Model:
        return classifier(LAYERS.Dense(8, name="one"), LAYERS.Dense(4, kernel_initializer="zeros", name="two"))

    found = seen(make)

    assert signal(found, "one").varies > 0.5
    assert (signal(found, "two").varies, signal(found, "head").varies) == (0.0, 0.0)
    assert signal(found, "two").received == signal(found, "one").varies
    assert found.outputs == (0.0,)
    assert found.later_outputs[0] > 0, "its weights move at the first step"


def test_zero_initialised_branches_are_looked_at_again() -> None:
    """Behind zeros there is no gradient at the first step, and one at the second."""

    def make() -> keras.Model:
        inputs = keras.Input((12,))
        branch = LAYERS.Dense(12, kernel_initializer="zeros", name="last")(LAYERS.Dense(8, name="first")(inputs))
        model = keras.Model(inputs, LAYERS.Dense(5, activation="softmax")(LAYERS.Add()([inputs, branch])))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    first = variable(seen(make), "first")

    assert first.gradients[0] == 0
    assert first.gradients[1] > 0
    assert first.connected


def test_layers_that_are_cut_off_have_no_gradient_at_all() -> None:
    """Rounding has no derivative: the optimizer is handed None."""

    def make() -> keras.Model:
        inputs = keras.Input((12,))
        features = LAYERS.Dense(8, activation="relu", name="cut")(inputs)
        model = keras.Model(inputs, LAYERS.Dense(5, activation="softmax", name="head")(keras.ops.round(features)))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    with pytest.warns(UserWarning, match="Gradients do not exist"):
        found = seen(make)

    assert (variable(found, "cut").handed, variable(found, "cut").connected) == (True, False)
    assert variable(found, "head").connected
    assert variable(found, "cut").updates == (0.0,) * STEPS


def test_modes_are_those_of_evaluation_and_add_up() -> None:
    """Batch norm, dropout and a penalty: evaluation is what `evaluate` says of the stepped model, and nothing is left over."""

    def make() -> keras.Model:
        return classifier(
            LAYERS.Dense(16, kernel_regularizer=keras.regularizers.L2(0.05), name="dense"),
            LAYERS.BatchNormalization(),
            LAYERS.ReLU(),
            LAYERS.Dropout(0.5),
        )

    found = seen(make).modes
    assert found is not None
    model = kinds.seeded(make)(SEED)
    for _ in range(STEPS):
        model.train_on_batch(X, CLASSES)

    assert found.evaluation == pytest.approx(model.evaluate(X, CLASSES, batch_size=len(X), verbose=0), rel=1e-4)
    assert found.penalty == pytest.approx(0.05 * float(tf.reduce_sum(model.layers[0].kernel ** 2)), rel=1e-4)
    assert sum(found.parts.values()) == pytest.approx(found.reported - found.evaluation)
    assert found.parts["dropout"] != 0
    assert found.parts["batch norm"] != 0
    assert (found.parts["augmentation"], found.parts["other layers"]) == (0, 0)
    by_hand = _without_dropout(model)
    assert found.without_dropout == pytest.approx(by_hand + found.penalty, rel=1e-4)


def _without_dropout(model: keras.Model) -> float:
    """The data's loss with the batch's statistics, layer by layer."""
    dense, norm, _, _, head = model.layers
    values = dense(X)
    mean, variance = tf.nn.moments(values, 0)
    values = (values - mean) / tf.sqrt(variance + norm.epsilon) * norm.gamma + norm.beta
    return float(tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(CLASSES, head(tf.nn.relu(values)))))


def test_plain_models_have_one_mode() -> None:
    """Where nothing differs between training and evaluation, only the averaging over steps does."""
    modes = seen(two_layers).modes

    assert modes is not None
    assert [name for name, part in modes.parts.items() if part] == ["averaging"]


class Forgets(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A step that takes gradients and does not apply them."""

    def __init__(self) -> None:
        super().__init__()
        self.head = LAYERS.Dense(5, activation="softmax", name="head")

    def call(self, x: Any) -> Any:
        """Answers."""
        return self.head(x)

    def train_step(self, data: Any) -> Any:
        """Reports a loss."""
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        self.use(tape.gradient(loss, self.trainable_variables))
        return {"loss": loss}

    def use(self, gradients: Any) -> None:
        """Forgets them."""


class EveryFifth(Forgets):
    """A step that works once in five times, in a branch of the graph."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = tf.Variable(1, trainable=False)

    def use(self, gradients: Any) -> None:
        """Applies them when it is its turn."""
        variables = self.trainable_variables

        def apply() -> Any:
            own = [gradient * 1.0 for gradient in gradients]
            self.optimizer.apply_gradients(zip(own, variables, strict=True))
            return tf.constant(1)

        tf.cond(self.turn % 5 == 0, apply, lambda: tf.constant(0))
        self.turn.assign_add(1)


class OnlyTrains(Forgets):
    """A model that only its own step knows how to call."""

    def call(self, x: Any) -> Any:
        """Has no answer."""
        raise NotImplementedError("ask the step")

    def train_step(self, data: Any) -> Any:
        """Plain descent on the head."""
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, self.head(x)))
        variables = self.head.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"loss": loss}


def made(kind: type[keras.Model]) -> Callable[[], keras.Model]:
    """A factory of a subclassed model."""

    def make() -> keras.Model:
        model = kind()
        model.compile("sgd", "sparse_categorical_crossentropy")
        model(X[:1])
        return model

    return make


def test_a_step_that_applies_nothing_moves_nothing() -> None:
    """A dozen steps, no optimizer asked, no variable changed; signals are seen all the same."""
    found = seen(made(Forgets))

    assert len(found.losses) == MORE_STEPS
    assert {one.handed for one in found.variables} == {None}
    assert all(update == 0 for one in found.variables for update in one.updates)
    assert found.modes is None
    assert [one.path for one in found.signals] == ["head"]


def test_a_model_that_only_its_step_can_call_has_no_signals() -> None:
    """Its variables are seen all the same, and the reason is kept."""

    def make() -> keras.Model:
        model = OnlyTrains()
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.head.build((None, 12))
        model.built = True
        return model

    found = seen(make)

    assert "ask the step" in found.unseen
    assert (found.signals, found.outputs, found.modes) == ((), (), None)
    assert variable(found, "head").updates[0] > 0


def test_parts_that_take_turns_have_moved_after_a_dozen_steps() -> None:
    """Where the step works in a branch its gradients cannot be told, but what it moves is seen."""
    one = variable(seen(made(EveryFifth)), "head")

    assert one.handed
    assert one.connected
    assert np.isnan(one.gradients).all()
    assert [step for step, norm in enumerate(one.updates) if norm] == [4]


def test_the_next_seed_is_seen_as_if_it_were_the_first() -> None:
    """Traces are shared, nothing else is; the shared models stay as they are."""
    shared = scene(two_layers)
    before = [np.copy(weight) for weight in shared.model(SEED).get_weights()]

    Start().see(shared, 0)
    second = Start().see(shared, SEED)

    assert second == Start().see(scene(two_layers), SEED)
    assert second != Start().see(shared, 0)
    for weight, kept in zip(shared.model(SEED).get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_rows_come_from_all_over_the_sample() -> None:
    """Sorted data must not show one class alone, and large pictures are taken in smaller numbers."""
    order = np.arange(1000, dtype="float32")

    def make() -> keras.Model:
        model = keras.Sequential([keras.Input((1,)), LAYERS.Dense(1, kernel_initializer="ones", name="dense")])
        model.compile("sgd", "mse")
        return model

    found = seen(make, y=order, x=order[:, None])

    assert found.rows == 128
    assert signal(found, "dense").mean == pytest.approx(499.5, rel=0.01)


def test_a_model_that_runs_eagerly_is_seen_as_well() -> None:
    """The same gradients; activations that only a graph shows are not."""

    def make() -> keras.Model:
        model = two_layers()
        model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
        return model

    found, graph = seen(make), seen(two_layers)

    assert found.variables[0].gradients == pytest.approx(graph.variables[0].gradients, rel=1e-4)
    assert signal(found, "dense").rms == pytest.approx(signal(graph, "dense").rms, rel=1e-4)
    assert found.units == ()


def test_smooth_and_leaky_activations_are_not_taken_for_flat_ones() -> None:
    """SiLU is a product with a sigmoid, PReLU a pair of rectifiers: neither has units that are off."""

    def make() -> keras.Model:
        return classifier(
            LAYERS.Dense(8, name="one", bias_initializer=keras.initializers.Constant(50.0)),
            LAYERS.PReLU(name="prelu"),
            LAYERS.Dense(8, activation="silu", name="silu"),
        )

    assert [one.path for one in seen(make).units] == ["head"]
